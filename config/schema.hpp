#pragma once

#include <map>
#include <string>

#include "config/errors.hpp"
#include "config/section.hpp"
#include "config/settings.hpp"

namespace jkproxy::config {

// Where things of the file stand, for what only the whole file shows to be wrong.
struct Places {
  std::vector<Place> listeners;
  std::vector<Place> mounts;
  std::map<std::string, Place> workers;
  std::map<std::string, Place> balancers;
  bool has_balancers = false;
};

// Name of a worker or balancer; a Tomcat's jvmRoute.
Parsed<std::string> parse_name(std::string_view text);
Parsed<std::string> parse_route(std::string_view text);

// The sections of the file, as far as they say something.
void read_workers(Section& root, Settings& settings, Places& places, ErrorList& errors);
void read_balancers(Section& root, Settings& settings, Places& places, ErrorList& errors);
void read_service(Section& root, Settings& settings, Places& places);

// Fills in what follows from the rest: the balancer `default`, the mount of everything.
void fill_in(Settings& settings, const Places& places);

// What holds between sections: unique routes and listeners, names that are known.
void validate(const Settings& settings, const Places& places, ErrorList& errors);

}  // namespace jkproxy::config
