#include "app/program.hpp"

int main(int count, char** arguments) {
  return jkproxy::app::run_program({arguments + 1, arguments + count});
}
