#include "tests/unit/daemon/raw_store.h"

#include "crypto/openssl.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <sqlcipher/sqlite3.h>

namespace casebridge::test {
namespace {

constexpr std::size_t page_bytes = 4096;
constexpr std::size_t reserved_bytes = 48;  // initialisation vector 16, HMAC-SHA1 20, rounded up to blocks of 16
constexpr std::size_t salt_bytes = 16;      // at the start of page 1, in the clear
constexpr std::size_t wal_header_bytes = 32;
constexpr std::size_t frame_header_bytes = 24;

Bytes decrypted_page(ByteView page, std::uint32_t number, Secret const& key) {
    std::size_t const start = number == 1 ? salt_bytes : 0;
    auto const sealed = page.subspan(start, page_bytes - reserved_bytes - start);
    auto const* const vector = page.data() + page_bytes - reserved_bytes;
    openssl::CipherContext const context(EVP_CIPHER_CTX_new());
    Bytes plain(sealed.size() + 16);
    int size = 0;
    if (EVP_DecryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, key.reveal().data(), vector) != 1 ||
        EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
        EVP_DecryptUpdate(context.get(), plain.data(), &size, sealed.data(), static_cast<int>(sealed.size())) != 1)
        throw std::runtime_error("a page cannot be decrypted");
    plain.resize(static_cast<std::size_t>(size));
    return plain;
}

void append(Bytes& all, Bytes const& more) {
    all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

RawStore::RawStore(std::filesystem::path const& file, Secret const& key) {
    if (sqlite3_open_v2(file.c_str(), &raw_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK)
        throw std::runtime_error("cannot be opened");
    run("PRAGMA key = \"x'" + to_hex(key.reveal()) + "'\"");
    if (run("PRAGMA cipher_version")[0] != '3') run("PRAGMA cipher_compatibility = 3");
    run("PRAGMA cipher_page_size = 4096");
}

RawStore::~RawStore() {
    sqlite3_close_v2(raw_);
}

std::string RawStore::run(std::string const& sql) {
    std::string last;
    auto const keep = [](void* into, int columns, char** values, char**) {
        *static_cast<std::string*>(into) = columns == 0 || values[0] == nullptr ? "" : values[0];
        return 0;
    };
    if (sqlite3_exec(raw_, sql.c_str(), keep, &last, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(raw_));
    return last;
}

std::filesystem::path wal_of(std::filesystem::path file) {
    return file += "-wal";
}

Bytes file_bytes(std::filesystem::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

Bytes decrypted_pages(std::filesystem::path const& file, Secret const& key) {
    Bytes all;
    auto const pages = file_bytes(file);
    for (std::size_t at = 0; at + page_bytes <= pages.size(); at += page_bytes) {
        auto const number = static_cast<std::uint32_t>(at / page_bytes + 1);
        append(all, decrypted_page(ByteView(pages).subspan(at, page_bytes), number, key));
    }
    auto const wal = file_bytes(wal_of(file));
    for (auto at = wal_header_bytes; at + frame_header_bytes + page_bytes <= wal.size();
         at += frame_header_bytes + page_bytes) {
        bool const first = wal[at] == 0 && wal[at + 1] == 0 && wal[at + 2] == 0 && wal[at + 3] == 1;
        auto const page = ByteView(wal).subspan(at + frame_header_bytes, page_bytes);
        append(all, decrypted_page(page, first ? 1 : 2, key));
    }
    return all;
}

bool contains(ByteView haystack, ByteView needle) {
    return std::search(haystack.begin(), haystack.end(), needle.begin(), needle.end()) != haystack.end();
}

}  // namespace casebridge::test
