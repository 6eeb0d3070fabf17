// casebridge: the command.
#include "daemon/cli/command_line.h"

#include <exception>
#include <iostream>

int main(int count, char** arguments) {
    try {
        return casebridge::cli::run_command_line(count, arguments);
    } catch (std::exception const&) {  // what() may quote data
        std::cerr << "casebridge: a mistake of this program, please report it [program.exception]\n";
        return 1;
    }
}
