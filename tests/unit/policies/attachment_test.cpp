// Attachments: known by what they hold, without what a camera adds; and the notes that carry them.
#include "policies/duty.h"
#include "tests/support/check_code.h"

using namespace casebridge;
using casebridge::test::must;

namespace {

void append(Bytes& to, std::string_view text) {
    to.insert(to.end(), text.begin(), text.end());
}

Bytes segment(std::uint8_t marker, std::string_view content) {
    Bytes bytes{0xff, marker, static_cast<std::uint8_t>((content.size() + 2) >> 8),
                static_cast<std::uint8_t>(content.size() + 2)};
    append(bytes, content);
    return bytes;
}

Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (auto const& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

Bytes const start{0xff, 0xd8}, end{0xff, 0xd9};
// Coded data with a stuffed byte and a restart marker, which end nothing.
Bytes const coded{0x12, 0xff, 0x00, 0x34, 0xff, 0xd3, 0x56};

Bytes jpeg(Bytes const& metadata = {}) {
    return joined({start, segment(0xe0, "JFIF"), metadata, segment(0xdb, "table"), segment(0xda, "scan"), coded, end});
}

Bytes chunk(std::string_view type, std::string_view content) {
    Bytes bytes{0, 0, 0, static_cast<std::uint8_t>(content.size())};
    append(bytes, type);
    append(bytes, content);
    append(bytes, "crc4");
    return bytes;
}

Bytes png(Bytes const& metadata = {}) {
    return joined({{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'},
                   chunk("IHDR", "thirteen byte"),
                   metadata,
                   chunk("pHYs", "resolution"),
                   chunk("IDAT", "pixels"),
                   chunk("IEND", "")});
}

ThreadEntry entry(std::string note, std::optional<Attachment> attachment = {}) {
    return {{.id = must(MessageId::parse("019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8")),
             .from = {must(NodeId::parse("kh-mosvy")), must(parse_office("poipet"))},
             .to = {must(NodeId::parse("th-msdhs")), must(parse_office("datip"))},
             .sent_at = must(parse_rfc3339("2026-11-25T10:00:00.000Z")),
             .procedure = must(SubjectReference::parse("0102030405060708090a0b0c0d0e0f10")),
             .purpose = Purpose::referral,
             .subject = must(SubjectReference::parse("000102030405060708090a0b0c0d0e0f")),
             .agreement = sha256({}),
             .consent = StepConsent{"consent-7", 3},
             .log_head = "7 " + sha256({}).hex()},
            std::move(note),
            std::move(attachment)};
}

std::string code_of(std::string const& payload) {
    auto const parsed = parse_incoming(payload);
    return parsed ? "" : std::string(parsed.error().code);
}

std::string with(std::string payload, std::string const& from, std::string const& to) {
    auto const at = payload.find(from);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, from);
    return payload.replace(at, from.size(), to);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(attachments)

BOOST_AUTO_TEST_CASE(a_type_is_known_by_content) {
    BOOST_CHECK(sniff(jpeg()) == AttachmentType::jpeg);
    BOOST_CHECK(sniff(png()) == AttachmentType::png);
    BOOST_CHECK(sniff(as_bytes("%PDF-1.7\n")) == AttachmentType::pdf);
    for (auto const text : {"", "MZ\x90", "<html>", "#!/bin/sh", "PK\x03\x04", "GIF89a", " %PDF-1.7"})
        BOOST_CHECK(!sniff(as_bytes(text)));
    CHECK_CODE(clean_attachment(as_bytes("MZ")), "thread.unknown_type");
    CHECK_CODE(parse_attachment_type("image/gif"), "thread.unknown_type");
}

BOOST_AUTO_TEST_CASE(place_time_and_device_are_removed_from_a_photograph_and_the_picture_stays) {
    auto const metadata = joined({segment(0xe1, "Exif GPS 13.7N 102.5E"), segment(0xfe, "a comment"),
                                  segment(0xed, "Photoshop"), segment(0xef, "maker")});
    auto const clean = must(clean_attachment(jpeg(metadata)));
    BOOST_CHECK(clean.bytes == jpeg());
    BOOST_CHECK_EQUAL(clean.removed, metadata.size());
    // How colours are coded is not metadata.
    auto const adobe = segment(0xee, "Adobe");
    BOOST_CHECK(must(clean_attachment(jpeg(adobe))).bytes == jpeg(adobe));
}

BOOST_AUTO_TEST_CASE(so_are_they_from_a_png) {
    auto const metadata =
        joined({chunk("eXIf", "GPS"), chunk("tEXt", "Author x"), chunk("iTXt", "y"), chunk("zTXt", "z"),
                chunk("tIME", "time"), chunk("iCCP", "profile"), chunk("prVt", "own")});
    auto const clean = must(clean_attachment(png(metadata)));
    BOOST_CHECK(clean.bytes == png());
    BOOST_CHECK_EQUAL(clean.removed, metadata.size());
}

BOOST_AUTO_TEST_CASE(metadata_between_scans_is_removed_too) {
    auto const scans = [](Bytes const& between) {
        return joined(
            {start, segment(0xc2, "frame"), segment(0xda, "one"), coded, between, segment(0xda, "two"), coded, end});
    };
    BOOST_CHECK(must(clean_attachment(scans(segment(0xe1, "Exif")))).bytes == scans({}));
}

BOOST_AUTO_TEST_CASE(what_is_cut_or_has_something_behind_its_end_is_refused) {
    for (auto const& whole : {jpeg(), png()}) {
        for (std::size_t size = 16; size < whole.size(); ++size)
            CHECK_CODE(clean_attachment(ByteView(whole).first(size)), "thread.malformed_image");
        auto longer = whole;
        append(longer, "PK\x03\x04");
        CHECK_CODE(clean_attachment(longer), "thread.malformed_image");
    }
    auto const huge = joined({start, {0xff, 0xe1, 0xff, 0xff}});
    CHECK_CODE(clean_attachment(huge), "thread.malformed_image");
    auto const tiny = joined({start, {0xff, 0xe1, 0x00, 0x01}, end});
    CHECK_CODE(clean_attachment(tiny), "thread.malformed_image");
}

BOOST_AUTO_TEST_CASE(cleaning_twice_removes_nothing_more) {
    auto const once = must(clean_attachment(jpeg(segment(0xe1, "Exif"))));
    BOOST_CHECK_EQUAL(must(clean_attachment(once.bytes)).removed, 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(thread_entries)

BOOST_AUTO_TEST_CASE(a_note_reads_back_as_it_was_written_with_and_without_an_attachment) {
    for (auto const& attachment :
         {std::optional<Attachment>(), std::optional(Attachment{AttachmentType::jpeg, jpeg()})}) {
        auto const written = entry("ถึงแล้ว\nសួស្តី", attachment);
        auto const payload = to_payload(written);
        auto const incoming = must(parse_incoming(payload));
        auto const& read = std::get<ThreadEntry>(incoming);
        BOOST_CHECK(read.note == written.note && read.consent == written.consent &&
                    read.procedure == written.procedure);
        BOOST_CHECK_EQUAL(read.attachment.has_value(), attachment.has_value());
        BOOST_CHECK_EQUAL(to_payload(read), payload);
    }
}

BOOST_AUTO_TEST_CASE(the_largest_attachment_and_the_longest_note_fit_into_one_message) {
    Bytes pdf(ThreadEntry::largest_attachment, 'x');
    std::ranges::copy(std::string_view("%PDF-"), pdf.begin());
    auto const payload =
        to_payload(entry(std::string(ThreadEntry::longest_note, 'n'), Attachment{AttachmentType::pdf, pdf}));
    BOOST_CHECK_EQUAL(payload.size(), 1000U * 1024);
    BOOST_CHECK(parse_incoming(payload));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_has_a_code) {
    BOOST_CHECK_EQUAL(code_of(to_payload(entry(""))), "thread.empty");
    BOOST_CHECK_EQUAL(code_of(to_payload(entry("bell\x07"))), "thread.refused_character");
    BOOST_CHECK_EQUAL(code_of(to_payload(entry("right\xe2\x80\xaeleft"))), "thread.refused_character");
    BOOST_CHECK_EQUAL(code_of(to_payload(entry(std::string(ThreadEntry::longest_note + 1, 'x')))), "message.too_long");
    auto const photo = to_payload(entry("see", Attachment{AttachmentType::jpeg, jpeg()}));
    BOOST_CHECK_EQUAL(code_of(with(photo, "image/jpeg", "image/png")), "thread.wrong_type");
    BOOST_CHECK_EQUAL(code_of(with(photo, "image/jpeg", "text/html")), "thread.unknown_type");
    BOOST_CHECK_EQUAL(code_of(with(photo, "\"data\":\"/9j", "\"data\":\"*9j")), "encoding.bad_base64");
    auto const dirty = to_payload(entry("see", Attachment{AttachmentType::jpeg, jpeg(segment(0xe1, "Exif"))}));
    BOOST_CHECK_EQUAL(code_of(dirty), "thread.not_clean");
    auto const program = to_payload(entry("see", Attachment{AttachmentType::jpeg, to_bytes("MZ")}));
    BOOST_CHECK_EQUAL(code_of(program), "thread.unknown_type");
    BOOST_CHECK_EQUAL(code_of(with(photo, "\"note\"", "\"nota\"")), "message.missing_member");
}

BOOST_AUTO_TEST_SUITE_END()
