// One call to a peer as a libcurl transfer: its options, its limits, what came back. Private to daemon/: includes curl.
#pragma once

#include "daemon/peer_client.h"

#include <array>
#include <optional>

#include <curl/curl.h>

namespace casebridge {

using PeerCallDone = std::function<void(PeerClient::Outcome)>;

/// Stays where it is while curl has it: curl keeps pointers into it.
class PeerTransfer {
public:
    /// The two sides of a call as curl takes them.
    struct Credentials {
        std::shared_ptr<TlsClientIdentity const> identity;  ///< owners: the client, its pools' credentials
        std::string root_pem;
        std::shared_ptr<KnownRevocations const> revocations;  ///< owners: these, and TLS contexts; may be null
    };
    /// `credentials` outlive the transfer; their owners are the pool and the transfers.
    PeerTransfer(PeerCall call, PeerCallDone done, std::shared_ptr<Credentials const> credentials);
    PeerTransfer(PeerTransfer const&) = delete;
    PeerTransfer& operator=(PeerTransfer const&) = delete;

    /// Empty if the call can be made. Errors: `peer.failed` (a target or path that is none).
    [[nodiscard]] std::optional<Error> prepare();
    [[nodiscard]] CURL* handle() const noexcept { return easy_.get(); }
    /// Says how it ended; to be called once, after curl has let go of the handle.
    void finish(CURLcode result);
    void fail(Error error);

private:
    struct FreeEasy {
        void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
    };
    struct FreeList {
        void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
    };
    using List = std::unique_ptr<curl_slist, FreeList>;

    template <typename Value>
    void set(CURLoption option, Value value);
    void set_blob(CURLoption option, ByteView bytes);
    void set_request(std::string const& url);
    void set_trust();
    void set_isolation();
    void set_limits();
    [[nodiscard]] Error error_of(CURLcode result) const;

    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_upload(char* into, std::size_t size, std::size_t count, void* self);
    static int on_rewind(void* self, curl_off_t offset, int origin);

    PeerCall call_;
    PeerCallDone done_;
    std::shared_ptr<Credentials const> credentials_;  ///< owners: see the constructor
    std::array<char, CURL_ERROR_SIZE> message_{};
    List headers_, connect_to_;
    HttpResponse response_{.status = 0, .content_type = "", .body = {}, .headers = {}};
    std::size_t header_lines_ = 0, header_bytes_ = 0;
    std::size_t uploaded_ = 0;
    bool possibly_sent_ = false;
    bool too_large_ = false;
    bool option_failed_ = false;
    std::unique_ptr<CURL, FreeEasy> easy_;  ///< last: goes before what it points to
};

}  // namespace casebridge
