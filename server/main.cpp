#include "app/commands.hpp"

int main(int argc, char** argv) { return forum::app::run(argc, argv); }
