// Pages of the operator's own, as they lie on the disk.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "config/load.hpp"

namespace jkproxy::config {
namespace {

using testing::HasSubstr;

class ErrorPages : public testing::Test {
 protected:
  ErrorPages() { std::filesystem::create_directory(folder); }
  ~ErrorPages() override { std::filesystem::remove_all(folder); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream{folder / name} << text;
    return folder / name;
  }
  Result load(const std::string& page) const {
    return load_file(write("jkproxy.yaml",
                           "listeners: [{ bind: \":80\" }]\nworkers: { a: { url: http://h } }\n"
                           "error_pages: { 503: " +
                               page + " }\n"));
  }
  std::string error_of(const std::string& page) const {
    const auto result = load(page);
    const auto* errors = std::get_if<std::vector<Error>>(&result);
    return errors == nullptr ? "none" : to_text(errors->front());
  }

  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("error_pages_" + std::to_string(::getpid()));
};

TEST_F(ErrorPages, AreReadWithTheConfiguration) {
  const auto result = load(write("503.json", "{\"id\": \"{{request_id}}\"}"));
  const auto& page = std::get<Settings>(result).error_pages.at(0);
  EXPECT_EQ(page.text, "{\"id\": \"{{request_id}}\"}");
  EXPECT_EQ(page.content_type, "application/json");
}

TEST_F(ErrorPages, ThatAreMissingAreAnErrorWithPlaceAndRemedy) {
  EXPECT_EQ(
      error_of(folder / "503.html"),
      (folder / "jkproxy.yaml").string() + ":3:21: error_pages.503: \"" +
          (folder / "503.html").string() +
          "\" does not exist: mend that, or leave the status out for the page that jkproxy brings");
}

TEST_F(ErrorPages, HaveABoundedSize) {
  EXPECT_EQ(error_of(write("most.txt", std::string(256UL * 1024, 'x'))), "none");
  EXPECT_THAT(error_of(write("more.txt", std::string(256UL * 1024 + 1, 'x'))),
              HasSubstr("is larger than 256 KiB"));
}

TEST_F(ErrorPages, AreFilesAndNothingThatBlocks) {
  const auto fifo = folder / "pipe.html";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_THAT(error_of(fifo), HasSubstr("is no file"));
}

}  // namespace
}  // namespace jkproxy::config
