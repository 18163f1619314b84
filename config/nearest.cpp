#include "config/nearest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace jkproxy::config {

namespace {

// Longer texts are no slips of the pen, and the cost is quadratic.
constexpr std::size_t longest_compared = 40;
constexpr std::size_t most_compared = 200;
constexpr std::size_t most_listed = 20;

std::string folded(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-') c = '_';
  }
  return result;
}

// Optimal string alignment: insert, delete, replace, swap of neighbours cost one each.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::array<std::array<std::size_t, longest_compared + 1>, longest_compared + 1> cost{};
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

// Mistakes between the two; a shortened word (`warn`) counts as one.
std::size_t mistakes(std::string_view typed, std::string_view candidate) {
  const std::size_t shorter = std::min(typed.size(), candidate.size());
  if (shorter >= 3 && typed.substr(0, shorter) == candidate.substr(0, shorter)) {
    return typed.size() == candidate.size() ? 0 : 1;
  }
  return edit_distance(typed, candidate);
}

}  // namespace

std::string_view nearest(std::string_view typed, std::span<const std::string_view> candidates) {
  if (typed.empty() || typed.size() > longest_compared) return {};
  const std::string wanted = folded(typed);
  std::string_view best;
  // Another letter for the only one is no slip.
  std::size_t fewest = std::min(typed.size(), std::max<std::size_t>(1, typed.size() / 3) + 1);
  for (const std::string_view candidate :
       candidates.first(std::min(candidates.size(), most_compared))) {
    if (candidate.size() > longest_compared) continue;
    const std::size_t count = mistakes(wanted, folded(candidate));
    if (count >= fewest) continue;
    fewest = count;
    best = candidate;
  }
  return best;
}

std::string hint(std::string_view typed, std::span<const std::string_view> candidates) {
  std::string text;
  const std::string_view meant = nearest(typed, candidates);
  if (!meant.empty()) text = "did you mean \"" + std::string{meant} + "\"? ";
  text += "allowed: ";
  std::size_t listed = 0;
  for (const std::string_view candidate : candidates) {
    if (listed > 0) text += ", ";
    if (listed++ == most_listed) return text + "...";
    text += candidate;
  }
  return text;
}

}  // namespace jkproxy::config
