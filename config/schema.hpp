#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/errors.hpp"
#include "config/load.hpp"
#include "config/section.hpp"
#include "config/settings.hpp"

namespace jkproxy::config {

// Where a value stands; nothing where it is missing or wrong, so that it is not looked at again.
using Spot = std::optional<Place>;

// Where things of the file stand, for what only the whole file shows to be wrong. The lists run
// beside those of Settings.
struct Places {
  struct Worker {
    Place name;
    Spot route;  // the name's place where the name is the route
    Spot address;
    Spot redirect;
  };
  struct Balancer {
    Place name;
    Spot list;                   // of its workers, whether all of them could be read or not
    std::vector<Place> members;  // beside BalancerSettings::workers
    bool is_whole = true;        // every member could be read
  };
  struct Mount {
    Place mount;
    Spot where;  // host and path
    Spot balancer;
    bool lacks_balancer = false;
  };

  // A section of the file as a whole.
  struct Whole {
    Place place;
    bool is_there = false;
    bool is_known = true;  // all of it could be read, and its key is no slip of the pen

    bool can_be_asked() const { return is_there && is_known; }
  };

  Place file;
  Whole listeners_section;
  Whole workers_section;
  Whole balancers_section;
  Whole mounts_section;
  std::vector<Spot> listeners;
  std::vector<Worker> workers;
  std::vector<Balancer> balancers;
  std::vector<Mount> mounts;
  Spot status;
};

// Name of a worker or balancer; a Tomcat's jvmRoute.
Parsed<std::string> parse_name(std::string_view text);
Parsed<std::string> parse_route(std::string_view text);

// The sections of the file, as far as they say something.
void read_workers(Section& root, Settings& settings, Places& places);
void read_balancers(Section& root, Settings& settings, Places& places);
void read_error_pages(Section& root, Settings& settings, const FileReader& files);
void read_service(Section& root, Settings& settings, Places& places);

// Fills in what follows from the rest: the balancer `default`, the mount of everything.
void fill_in(Settings& settings, const Places& places);

// What holds between sections: unique routes, names that are known, factors, mounts.
void check_farm(const Settings& settings, const Places& places, ErrorList& errors);

// No two addresses to listen on may take the same connection.
void check_listeners(const Settings& settings, const Places& places, ErrorList& errors);

// What is probably not meant.
void find_oddities(const Settings& settings, const Places& places, ErrorList& warnings);

}  // namespace jkproxy::config
