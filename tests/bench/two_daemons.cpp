#include "tests/bench/two_daemons.h"

#include <stdexcept>

namespace casebridge::bench {
namespace {

namespace fs = std::filesystem;
std::string const partner = "kh-mosvy";

/// Of ten cases after the first plain ones, three are small, six have 10 kB of text and one all that a case can hold.
int further_names(int number) {
    if (number < plain_cases || number >= plain_cases + mixed_cases) return 0;
    int const tenth = number % 10;
    return tenth < 3 ? 0 : tenth < 9 ? 12 : 60;
}

}  // namespace

TwoDaemons::TwoDaemons(fs::path const& programs, fs::path const& directory, int cases, Witnessing witnessing)
    : thailand(programs / "casebridged", directory / "th-msdhs"),
      cambodia(programs / "casebridged", directory / "kh-mosvy"),
      thai_port_(free_port()),
      cambodian_port_(free_port()) {
    make_ministry(programs, thailand.directory(), thai_port_, "[datip, aranyaprathet-shelter-office]");
    make_ministry(programs, cambodia.directory(), cambodian_port_,
                  "[anti-trafficking-department, poipet-transit-centre]");
    for (auto const* each : {&thailand, &cambodia})
        write(each->directory() / "agreements" / agreement_file(partner), agreement_with(partner));
    make_cases(thailand.directory(), cases, further_names);
    thailand.start();
    cambodia.start();
    befriend(witnessing);
    consent_and_preview(cases);
}

void TwoDaemons::befriend(Witnessing witnessing) {
    add_peer(thailand, cambodia.directory(), cambodian_port_, witnessing);
    add_peer(cambodia, thailand.directory(), thai_port_, witnessing);
    check_peer(thailand, partner);
    check_peer(cambodia, "th-msdhs");
    sign_agreement(thailand, cambodia, agreement_file(partner));
    for (auto const* each : {&thailand, &cambodia}) OfficerConnection(each->socket()).post("/v1/reload", act(), 200);
}

void TwoDaemons::consent_and_preview(int cases) {
    OfficerConnection officer(thailand.socket());
    for (int number = 0; number < cases; ++number) {
        officer.post("/v1/consents", act().set("yaml", consent_to_return(number, {partner})), 201);
        auto request = act()
                           .set("case", case_number(number))
                           .set("node", "kh-mosvy")
                           .set("office", "poipet-transit-centre")
                           .set("purpose", "return_and_handover");
        auto const preview = officer.post("/v1/cases/preview", request, 200);
        if (!(*preview.find("allowed") == Json(true))) throw std::runtime_error("refused: " + dump(preview));
        requests_.push_back(request.set("digest", preview.text_or("digest")));
    }
}

std::string TwoDaemons::send(OfficerConnection& officer, int number) const {
    return officer.post("/v1/cases/send", request(number), 202).text_or("message");
}

}  // namespace casebridge::bench
