#include "routing/session_route.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/routing/farm.hpp"

namespace jkproxy::routing {
namespace {

struct IdCase {
  std::string_view id, stem;
  std::optional<std::string_view> route;
};

TEST(SessionRoute, StemAndRouteAreCutAsTomcatAndMsmDoIt) {
  const IdCase cases[] = {
      {"5F3A-n1.node1", "5F3A", "node1"},
      {"5F3A.node1", "5F3A", "node1"},
      {"5F3A-n1", "5F3A", std::nullopt},
      {"5F3A", "5F3A", std::nullopt},
      {"5F3A.", "5F3A", std::nullopt},
      {"5F3A.rack1.node1", "5F3A", "rack1.node1"},
      {"5F3A.node-1", "5F3A", "node-1"},
      {"5F3A-n1.node-1", "5F3A", "node-1"},
      {".node1", "", "node1"},
      {"-n1.node1", "", "node1"},
      {"", "", std::nullopt},
      {".", "", std::nullopt},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(stem_of(c.id), c.stem) << c.id;
    EXPECT_EQ(route_of(c.id), c.route) << c.id;
  }
}

std::string cookie_ids(std::string_view field) {
  SessionIds ids;
  add_cookie_session_ids(field, "JSESSIONID", ids);
  std::string text;
  for (const auto id : ids) text += "[" + std::string{id} + "]";
  return text;
}

TEST(SessionRoute, CookiesAreReadAsTomcatReadsThem) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"JSESSIONID=ABC.t1", "[ABC.t1]"},
      {"a=1; JSESSIONID=ABC.t1; b=2", "[ABC.t1]"},
      {"JSESSIONID=AA.t9; x=1; JSESSIONID=BB.t2", "[AA.t9][BB.t2]"},
      {"JSESSIONID=\"ABC.t1\"", "[ABC.t1]"},
      {"JSESSIONID=\"ABC.t1\" ; x=1", "[ABC.t1]"},
      {"JSESSIONID = ABC.t1 ; x=1", "[ABC.t1]"},
      {"JSESSIONID=ABC.t1 ", "[ABC.t1]"},
      {"JSESSIONID=", "[]"},
      {"JSESSIONID=;JSESSIONID=B.t1", "[][B.t1]"},
      {"JSESSIONID=A.t1,JSESSIONID=B.t2", ""},
      {"JSESSIONID=A B", ""},
      {"JSESSIONIDSSO=z; JSESSIONID=BB.t2", "[BB.t2]"},
      {"XJSESSIONID=z.t3", ""},
      {"jsessionid=z.t3", ""},
      {"JSESSIONID", ""},
      {"a=JSESSIONID=x; b=1", ""},
      {"", ""},
      {";;;", ""},
      {"JSESSIONID=a=b", "[a=b]"},
  };
  for (const auto& [field, ids] : cases) EXPECT_EQ(cookie_ids(field), ids) << field;
}

TEST(SessionRoute, NoMoreThanEightCookiesAreLookedAt) {
  std::string field;
  for (int i = 0; i < 20; ++i) field += "JSESSIONID=a; ";
  SessionIds ids;
  add_cookie_session_ids(field, "JSESSIONID", ids);
  EXPECT_EQ(ids.size(), SessionIds::capacity);
}

TEST(SessionRoute, PathParameterIsFoundInAnySegmentAndTheLastOneWins) {
  const std::pair<std::string_view, std::optional<std::string_view>> cases[] = {
      {"/app/x;jsessionid=ABC.t1", "ABC.t1"},
      {"/app;jsessionid=ABC.t1/x", "ABC.t1"},
      {"/app/x;foo=1;jsessionid=ABC.t1;bar=2?q", "ABC.t1"},
      {"/app;jsessionid=A.t1/x;jsessionid=B.t2", "B.t2"},
      {"/app/x;jsessionid=A.t1?y;jsessionid=B.t2", "A.t1"},
      {"/app/x?;jsessionid=B.t2", std::nullopt},
      {"/app/x;JSESSIONID=A.t1", std::nullopt},
      {"/app/x%3Bjsessionid=A.t1", std::nullopt},
      {"/app/x;xjsessionid=A.t1", std::nullopt},
      {"/app/x;jsessionid", std::nullopt},
      {"/app/x;jsessionid=", ""},
      {"/app/x;jsessionid=a=b", "a=b"},
      {"/app/x", std::nullopt},
  };
  for (const auto& [target, id] : cases)
    EXPECT_EQ(path_session_id(target, "jsessionid"), id) << target;
}

TEST(SessionRoute, SetCookieNamesTheSession) {
  EXPECT_EQ(set_cookie_session_id("JSESSIONID=A-n1.t1; Path=/; HttpOnly", "JSESSIONID"), "A-n1.t1");
  EXPECT_EQ(set_cookie_session_id("SID=A.t1", "JSESSIONID"), std::nullopt);
  EXPECT_EQ(set_cookie_session_id("JSESSIONID=\"A.t1\";Path=/", "JSESSIONID"), "A.t1");
}

TEST(SessionRoute, ADeletedCookieSetsNoSession) {
  for (const auto* field :
       {"JSESSIONID=x; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "JSESSIONID=x;max-age=-1", "JSESSIONID=x; MAX-AGE=0"})
    EXPECT_EQ(set_cookie_session_id(field, "JSESSIONID"), std::nullopt) << field;
  for (const auto* field : {"JSESSIONID=x; Max-Age=60", "JSESSIONID=x; Max-Age=", "JSESSIONID=x;;",
                            "JSESSIONID=x; Max-Age", "JSESSIONID=x; a=0"})
    EXPECT_EQ(set_cookie_session_id(field, "JSESSIONID"), "x") << field;
}

TEST(SessionRoute, FirstIdWithAKnownRouteCounts) {
  const Farm farm{2};
  const auto counts = [&](std::initializer_list<std::string_view> list) {
    SessionIds ids;
    for (const auto id : list) ids.add(id);
    return session_id_that_counts(ids, farm.balancer());
  };
  EXPECT_EQ(counts({"X.nobody", "Y.B", "Z.A"}), "Y.B");
  EXPECT_EQ(counts({"X.nobody", "Y.b"}), "X.nobody");
  EXPECT_EQ(counts({"", "Y"}), "Y");
  EXPECT_EQ(counts({".A", "Y.nobody"}), "Y.nobody");
  EXPECT_EQ(counts({}), "");
}

}  // namespace
}  // namespace jkproxy::routing
