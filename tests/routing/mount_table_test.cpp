#include "routing/mount_table.hpp"

#include <gtest/gtest.h>

namespace jkproxy::routing {
namespace {

std::string canonical(std::string_view target) {
  std::string scratch;
  return std::string{canonical_path(target, scratch).value_or("refused")};
}

TEST(CanonicalPath, IsWhatTomcatMapsOn) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"/", "/"},
      {"/app/x?y=/../z%", "/app/x"},
      {"/app/", "/app/"},
      {"/a//b///c", "/a/b/c"},
      {"/a/./b/.", "/a/b/"},
      {"/a/../b", "/b"},
      {"/a/b/..", "/a/"},
      {"/a//../b", "/b"},
      {"/.well-known/x", "/.well-known/x"},
      {"/a/.../b", "/a/.../b"},
      {"/%61pp/%7e", "/app/~"},
      {"/app/%2e%2e/manager", "/manager"},
      {"/app/..;/manager", "/manager"},
      {"/app/..;x=1/manager;y", "/manager"},
      {"/app;jsessionid=A.t1/x", "/app/x"},
      {"/app/;x", "/app/"},
      {"/a;b;c", "/a"},
      {"/a%3Bb", "/a;b"},
      {"/%252e%252e/x", "/%2e%2e/x"},
      {"//x", "/x"},
      {"/a/;x/../b", "/b"},
  };
  for (const auto& [target, path] : cases) EXPECT_EQ(canonical(target), path) << target;
}

TEST(CanonicalPath, RefusesWhatMayBeReadInTwoWays) {
  const std::string_view cases[] = {"",         "*",        "app",
                                    "/a%00b",   "/a%2fb",   "/a%2Fb",
                                    "/a%5cb",   "/a\\b",    "/a\tb",
                                    "/a\x7f",   "/a%",      "/a%4",
                                    "/a%zz",    "/..",      "/a/../..",
                                    "/%2e%2e",  "/..;x/a",  "/a;x%2f",
                                    "/a;%zz/b", "/a#b",     std::string_view{"/a\0b", 4},
                                    "/;x/..",   "http://x/"};
  for (const auto target : cases) EXPECT_EQ(canonical(target), "refused") << target;
}

TEST(CanonicalPath, OrdinaryPathIsAViewOfTheTarget) {
  std::string scratch;
  const std::string_view target = "/share/page.jsp?x=1";
  EXPECT_EQ(canonical_path(target, scratch)->data(), target.data());
  EXPECT_TRUE(scratch.empty());
}

TEST(MountTable, LongestPathOnASegmentBorderWinsAndTheVeryHostComesFirst) {
  const MountTable mounts{{{.host = {}, .path = "/share", .balancer = 1},
                           {.host = {}, .path = "/share/deep/", .balancer = 2},
                           {.host = "shop.example.com", .path = "/", .balancer = 3},
                           {.host = "::1", .path = "/x", .balancer = 9},
                           {.host = "[::1]", .path = "/six", .balancer = 4}}};
  struct Case {
    std::string_view host, path;
    std::optional<std::size_t> balancer;
  };
  const Case cases[] = {
      {"a", "/share", 1},
      {"a", "/share/", 1},
      {"a", "/share/x", 1},
      {"a", "/shared", std::nullopt},
      {"a", "/share/deep", 2},
      {"a", "/share/deeper", 1},
      {"a", "/", std::nullopt},
      {"shop.example.com", "/share/deep", 3},
      {"SHOP.example.COM:8080", "/x", 3},
      {"shop.example.com.", "/x", 3},
      {"xshop.example.com", "/x", std::nullopt},
      {"[::1]:80", "/six/x", 4},
      {"[::1]", "/six", 4},
      {"", "/share", 1},
  };
  for (const auto& c : cases)
    EXPECT_EQ(mounts.find_balancer(c.host, c.path), c.balancer) << c.host << c.path;
}

TEST(MountTable, OneRootMountTakesEverything) {
  const MountTable one{{{.host = {}, .path = "/", .balancer = 5}}};
  EXPECT_TRUE(one.takes_everything());
  EXPECT_EQ(one.find_balancer("any", "/x"), 5u);
  EXPECT_FALSE((MountTable{{{.host = "a", .path = "/", .balancer = 0}}}.takes_everything()));
  EXPECT_EQ(MountTable{}.find_balancer("a", "/"), std::nullopt);
}

}  // namespace
}  // namespace jkproxy::routing
