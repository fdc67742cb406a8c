// Finds in a text what may be data of a resident: citizen service numbers, telephone numbers, mail and postal addresses, bank
// accounts. Rule: a pure function that asks nobody else (no outside service); it never judges, its findings are a question.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

namespace forum::moderation {

enum class DataKind { citizen_number, phone, email, address, bank_account };

/// "citizen_number", "phone", ...: the name in text keys.
std::string_view data_kind_name(DataKind kind);

struct ResidentData {
    DataKind kind;
    std::size_t begin, end;  ///< bytes of the text, on character boundaries
};

/// Is this the mail domain of a government ("westland.nl")? Asked in lower case.
using IsOfficialDomain = std::function<bool(std::string_view domain)>;

/// In order of place, not overlapping. `text`: any bytes; nothing inside a web address is looked at.
/// What belongs to an office rather than a person is left out: numbers 14 0xx, 0800, 090x and 088, general mail boxes
/// (info@, griffie@), addresses at an official domain, post boxes, town halls, accounts at the public sector's own banks.
/// Sources: eleven test with the last weight -1 (Logisch Ontwerp BSN, RvIG); IBAN: ISO 13616 and 7064 (mod 97-10);
/// numbers: Nummerplan telefoon- en ISDN-diensten; postcodes: 1000-9999 with two letters, never SA, SD or SS (PostNL).
std::vector<ResidentData> find_resident_data(std::string_view text, const IsOfficialDomain& is_official);

/// Nine digits that pass the eleven test.
bool is_citizen_number(std::string_view digits);

}  // namespace forum::moderation
