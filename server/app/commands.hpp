// The commands of the program `forum`. Rule: wrong use is one clear line and exit code 2, a failure one line and 1.
#pragma once

namespace forum::app {

/// Runs the command of the command line; the exit code.
int run(int argc, char** argv);

}  // namespace forum::app
