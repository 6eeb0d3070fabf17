#include "adapters/reader_channel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include <poll.h>
#include <sys/socket.h>

namespace casebridge::reader {
namespace {

using Clock = std::chrono::steady_clock;

Error closed() {
    return {ErrorKind::unavailable, "reader.closed", "the reader of SQLite files has ended"};
}

bool try_again(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

Status Channel::wait(short events, Deadline deadline) {
    for (;;) {
        int patience = -1;
        if (deadline) {
            auto const left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
            if (left <= 0) {
                return Error{ErrorKind::unavailable, "reader.timeout", "the reader of SQLite files does not answer"};
            }
            patience = static_cast<int>(std::min<std::int64_t>(left, INT_MAX));
        }
        pollfd waiting{socket_.get(), events, 0};
        int const ready = ::poll(&waiting, 1, patience);
        if (ready > 0) return Done{};  // also for a socket that was closed: reading says so
        if (ready < 0 && errno != EINTR) return closed();
    }
}

Status Channel::send(std::string_view payload, Deadline deadline) {
    std::string frame;
    frame.reserve(payload.size() + 4);
    for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(payload.size() >> shift);
    frame += payload;
    for (std::size_t sent = 0; sent < frame.size();) {
        auto const count = ::send(socket_.get(), frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count > 0) {
            sent += static_cast<std::size_t>(count);
        } else if (!try_again(errno)) {
            return closed();
        } else {
            RETURN_IF_ERROR(wait(POLLOUT, deadline));
        }
    }
    return Done{};
}

Status Channel::read_exactly(char* into, std::size_t size, Deadline deadline) {
    for (std::size_t have = 0; have < size;) {
        auto const count = ::recv(socket_.get(), into + have, size - have, MSG_DONTWAIT);
        if (count > 0) {
            have += static_cast<std::size_t>(count);
        } else if (count == 0 || !try_again(errno)) {
            return closed();
        } else {
            RETURN_IF_ERROR(wait(POLLIN, deadline));
        }
    }
    return Done{};
}

Result<std::string> Channel::receive(std::size_t maximum_bytes, Deadline deadline) {
    std::array<char, 4> head{};
    RETURN_IF_ERROR(read_exactly(head.data(), head.size(), deadline));
    std::size_t size = 0;
    for (char const byte : head) size = size << 8U | static_cast<unsigned char>(byte);
    if (size == 0 || size > maximum_bytes) {
        return Error{ErrorKind::unavailable, "reader.bad_frame", "a frame of a size that is not allowed"};
    }
    std::string payload(size, '\0');
    RETURN_IF_ERROR(read_exactly(payload.data(), payload.size(), deadline));
    return payload;
}

}  // namespace casebridge::reader
