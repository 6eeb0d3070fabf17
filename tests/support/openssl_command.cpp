#include "tests/support/openssl_command.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace casebridge::test {

void CommandDirectory::write(std::string const& name, ByteView content) const {
    std::ofstream file(directory_.path() / name, std::ios::binary);
    file.write(reinterpret_cast<char const*>(content.data()), static_cast<std::streamsize>(content.size()));
    if (!file) throw std::runtime_error("cannot write " + name);
}

Bytes CommandDirectory::read(std::string const& name) const {
    std::ifstream file(directory_.path() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool CommandDirectory::openssl(std::string const& arguments) const {
    std::string const command = "cd '" + directory_.path().string() + "' && openssl " + arguments + " >>log 2>&1";
    return std::system(command.c_str()) == 0;
}

}  // namespace casebridge::test
