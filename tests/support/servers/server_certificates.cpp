#include "tests/support/servers/server_certificates.h"

#include <stdexcept>

namespace casebridge::test {
namespace {

void openssl(ServerDirectory const& directory, std::string const& arguments) {
    std::string const command =
        "cd '" + directory.path().string() + "' && openssl " + arguments + " >>openssl.log 2>&1";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl " + arguments);
}

std::string const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";

}  // namespace

void make_server_certificates(ServerDirectory const& directory, std::string const& host) {
    for (std::string const name : {"root", "other"}) {
        openssl(directory,
                "req -x509 " + key + "-keyout " + name + ".key -out " + name + ".pem -days 30 -subj /CN=" + name);
    }
    openssl(directory, "req " + key + "-keyout server.key -out server.csr -subj /CN=" + host);
    std::ofstream(directory.path() / "names")
        << "subjectAltName=DNS:" << host << (host == "localhost" ? ",IP:127.0.0.1" : "") << '\n';
    openssl(directory,
            "x509 -req -in server.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 -extfile names "
            "-out server.pem");
    directory.hand_over(directory.path() / "server.key");
    directory.hand_over(directory.path() / "server.pem");
}

void make_client_certificate(ServerDirectory const& directory, std::string const& file, std::string const& name,
                             std::string const& authority) {
    openssl(directory, "req " + key + "-keyout " + file + ".key -out " + file + ".csr -subj /CN=" + name);
    openssl(directory, "x509 -req -in " + file + ".csr -CA " + authority + ".pem -CAkey " + authority +
                           ".key -CAcreateserial -days 30 -out " + file + ".pem");
    std::filesystem::permissions(directory.path() / (file + ".key"), std::filesystem::perms(0600));
}

}  // namespace casebridge::test
