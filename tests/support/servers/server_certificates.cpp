#include "tests/support/servers/server_certificates.h"

#include <stdexcept>

namespace casebridge::test {

void make_server_certificates(ServerDirectory const& directory, std::string const& host) {
    auto const openssl = [&](std::string const& arguments) {
        std::string const command =
            "cd '" + directory.path().string() + "' && openssl " + arguments + " >>openssl.log 2>&1";
        if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl " + arguments);
    };
    std::string const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";
    for (std::string const name : {"root", "other"}) {
        openssl("req -x509 " + key + "-keyout " + name + ".key -out " + name + ".pem -days 30 -subj /CN=" + name);
    }
    openssl("req " + key + "-keyout server.key -out server.csr -subj /CN=" + host);
    std::ofstream(directory.path() / "names")
        << "subjectAltName=DNS:" << host << (host == "localhost" ? ",IP:127.0.0.1" : "") << '\n';
    openssl(
        "x509 -req -in server.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 -extfile names "
        "-out server.pem");
    directory.hand_over(directory.path() / "server.key");
    directory.hand_over(directory.path() / "server.pem");
}

}  // namespace casebridge::test
