#include "tests/unit/daemon/store_fixture.h"

namespace casebridge::test {

std::unique_ptr<Store> StoreFixture::open() const {
    return must(Store::open(file, key, Database::Mode::create));
}

Database StoreFixture::open_database(Database::Mode mode) const {
    return must(Database::open(file, key, mode));
}

Timestamp at(std::int64_t milliseconds) {
    return Timestamp(std::chrono::sys_days(std::chrono::year(2026) / 11 / 23)) +
           std::chrono::milliseconds(milliseconds);
}

NodeId node(std::string_view text) {
    return must(NodeId::parse(text));
}

MessageId message(std::int64_t number) {
    return MessageId::make(at(number), "0123456789");
}

SubjectReference subject(std::uint8_t byte) {
    return SubjectReference::from_random(std::string(16, static_cast<char>(byte)));
}

Digest digest(std::string_view text) {
    return sha256(as_bytes(text));
}

}  // namespace casebridge::test
