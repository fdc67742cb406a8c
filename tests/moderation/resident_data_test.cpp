#include "moderation/resident_data.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

namespace forum::moderation {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

bool is_westland(std::string_view domain) { return domain == "westland.nl" || domain == "gemeentewestland.nl"; }

/// "phone 06-12345678" of each finding.
std::vector<std::string> found(std::string_view text) {
    std::vector<std::string> list;
    std::size_t last = 0;
    for (const auto& data : find_resident_data(text, is_westland)) {
        EXPECT_TRUE(last <= data.begin && data.begin < data.end && data.end <= text.size()) << text;
        last = data.end;
        list.push_back(std::string{data_kind_name(data.kind)} + " " + std::string{text.substr(data.begin, data.end - data.begin)});
    }
    return list;
}

TEST(CitizenNumber, PassesTheElevenTest) {
    // 111222333, 123456782: in every description of the test; 249566758 with its sum written out: 220 is 20 times 11.
    for (const char* number : {"111222333", "123456782", "249566758", "999990019", "010000008"}) {
        EXPECT_TRUE(is_citizen_number(number)) << number;
    }
    for (const char* number : {"123456789", "111222334", "249566757", "000000000", "12345678", "1234567820", "12345678a", ""}) {
        EXPECT_FALSE(is_citizen_number(number)) << number;
    }
    // One wrong digit is always found.
    std::mt19937 random{11};
    for (int i = 0; i < 2000; ++i) {
        std::string number = "123456782";
        const auto place = random() % 9;
        const auto digit = static_cast<char>('0' + random() % 10);
        if (number[place] != digit) {
            number[place] = digit;
            EXPECT_FALSE(is_citizen_number(number)) << number;
        }
    }
}

TEST(ResidentData, IsFound) {
    const struct {
        const char* text;
        const char* finding;
    } table[] = {
        {"Haar BSN is 123456782.", "citizen_number 123456782"},
        {"123456782", "citizen_number 123456782"},
        {"BSN: 123 456 782, zei ze", "citizen_number 123 456 782"},
        {"(123.456.782)", "citizen_number 123.456.782"},
        {"op de pas: 1234.56.782", "citizen_number 1234.56.782"},
        {"in 2024 123456782 gekregen", "citizen_number 123456782"},
        {"nummer “111222333”", "citizen_number 111222333"},
        {"BSN\xC2\xA0"
         "123\xC2\xA0"
         "456\xC2\xA0"
         "782",
         "citizen_number 123\xC2\xA0"
         "456\xC2\xA0"
         "782"},

        {"Bel 0612345678", "phone 0612345678"},
        {"06-12345678", "phone 06-12345678"},
        {"06 - 12 34 56 78!", "phone 06 - 12 34 56 78"},
        {"06.12.34.56.78", "phone 06.12.34.56.78"},
        {"061-2345678", "phone 061-2345678"},
        {"+31612345678", "phone +31612345678"},
        {"+31 6 12 34 56 78", "phone +31 6 12 34 56 78"},
        {"+31 (0)6 12345678", "phone +31 (0)6 12345678"},
        {"+31(0)174-673673", "phone +31(0)174-673673"},
        {"0031 6 12345678", "phone 0031 6 12345678"},
        {"0174 673 673", "phone 0174 673 673"},
        {"(0174) 673 673", "phone (0174) 673 673"},
        {"070-1234567", "phone 070-1234567"},
        {"070 123 45 67.", "phone 070 123 45 67"},
        {"in 2024: 06 12345678", "phone 06 12345678"},
        {"sinds 2019 06 12345678", "phone 06 12345678"},
        {"06–12345678", "phone 06–12345678"},

        {"mail jan.jansen@gmail.com even", "email jan.jansen@gmail.com"},
        {"[mail](mailto:jan_j+forum@ziggo.nl)", "email jan_j+forum@ziggo.nl"},
        {"J.Jansen@HOTMAIL.NL.", "email J.Jansen@HOTMAIL.NL"},
        {"fatima@buurthuis-oost.nl,", "email fatima@buurthuis-oost.nl"},

        {"Zij woont op 2671 AB 12.", "address 2671 AB 12"},
        {"2671AB, 12a", "address 2671AB, 12a"},
        {"De Brink 4, 9401 AB Assen", "address 4, 9401 AB"},
        {"in de Kerkstraat 12 wonen", "address Kerkstraat 12"},
        {"Burgemeester Elsenweg 53", "address Elsenweg 53"},
        {"Prins Hendriklaan 5b, daar", "address Hendriklaan 5b"},
        {"aan de Oude-Gracht 7", "address Oude-Gracht 7"},
        {"Reeënlaan 3", "address Reeënlaan 3"},
        {"Dorpsstraat 12-14", "address Dorpsstraat 12"},

        {"NL91ABNA0417164300", "bank_account NL91ABNA0417164300"},
        {"rekening NL91 ABNA 0417 1643 00 van haar", "bank_account NL91 ABNA 0417 1643 00"},
        {"BE68 5390 0754 7034", "bank_account BE68 5390 0754 7034"},
        {"DE89 3704 0044 0532 0130 00.", "bank_account DE89 3704 0044 0532 0130 00"},
    };
    for (const auto& row : table) {
        EXPECT_THAT(found(row.text), ElementsAre(row.finding)) << row.text;
    }
}

TEST(ResidentData, LeavesTheRestAlone) {
    for (const char* text :
         {"", " ", "Wij hebben 12 bewoners gesproken in 2024.",
          // no number of a citizen
          "123456789", "1234567820", "0123456782x", "a123456782", "€ 123.456.782", "€123.456.782", "123.456.782 euro", "EUR 123.456.782",
          "123456782,50", "1.123.456.782", "123.456.782.1", "12-123456782", "000000000", "RSIN 123456782", "BTW NL123456782B01",
          "RSIN-nummer: 123456782",
          // no telephone of a person
          "Bel 14 0174 of 14070", "14 010", "0800-1234", "0800 1234567", "0900-1234567", "0900 123456", "088-1234567", "088 123 45 67",
          "112", "06-12-2024", "op 06-12-2024 12 mensen", "01-02-2024 12 mensen", "06/12/2024 10.30", "van 09.00 tot 17.00", "0612",
          "2024-2028", "1.234.567 inwoners", "10 000 000", "0012345678", "+32 470 12 34 56",
          // no mail of a person
          "info@gmail.com", "griffie@rotterdam.nl", "griffie-westland@x.nl", "j.jansen@westland.nl", "a.b@gemeentewestland.nl",
          "x.y@minszw.nl", "x@team.vng.nl", "@westland", "5@6", "a@b", "jan@", "@", "no-reply@site.nl", "info.wmo@stad.nl",
          // no address of a home
          "2671 AB", "in 2024 is", "2671 SA 12", "Postbus 150, 2670 AD Naaldwijk", "Stadhuisplein 1", "Raadhuislaan 3", "Snelweg 12",
          "Overweg 5 maatregelen", "de weg 12", "Lindelaan 2030", "Lindelaan 12%", "Lindelaan 12 procent", "Zuidplein 3,5 miljoen",
          "kerkstraat 12", "Straat 5", "Kerkstraat 12345",
          // no account
          "NL91ABNA0417164301", "NL91 ABNA 0417 1643 01", "NL91ABNA04171643", "NL20BNGH0285000001 ", "XX91ABNA0417164300",
          // web addresses
          "https://example.nl/zaak/123456782", "[stuk](https://example.nl/a/06-12345678)", "www.example.nl/Kerkstraat 0",
          "https://jan@example.nl/"}) {
        EXPECT_THAT(found(text), IsEmpty()) << text;
    }
}

TEST(ResidentData, FindsSeveralInOrder) {
    EXPECT_THAT(found("Mevrouw J. (bsn 123456782) woont Kerkstraat 12, 2671 AB.\nZij belt met 06-12345678 of mailt j@gmail.com;\n"
                      "geld naar NL91 ABNA 0417 1643 00."),
                ElementsAre("citizen_number 123456782", "address 12, 2671 AB", "phone 06-12345678", "email j@gmail.com",
                            "bank_account NL91 ABNA 0417 1643 00"));
}

TEST(ResidentData, DoesNotAlarmOnTheDemoContent) {
    int files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{std::string{FORUM_SOURCE_DIR} + "/sql/seed/demo"}) {
        if (entry.is_regular_file()) {
            std::ifstream file{entry.path()};
            std::string line;
            for (int number = 1; std::getline(file, line); ++number) {
                for (const auto& finding : found(line)) {
                    // The accounts of the demo themselves.
                    EXPECT_NE(finding.find("@demo.example"), finding.npos) << entry.path() << ":" << number << ": " << finding;
                }
            }
            ++files;
        }
    }
    EXPECT_GT(files, 0);
}

TEST(ResidentData, TakesAnyBytes) {
    const std::string signs = "0123456789 0612345678+(.-/)@:,% ABNLab\n\xC2\xA0\xE2\x80\x93\xE2\x82\xAC\xFF"
                              "weglaan";
    std::mt19937 random{21};
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (auto length = random() % 60; length > 0; --length) {
            text += signs[random() % signs.size()];
        }
        EXPECT_LE(found(text).size(), text.size());  // found() checks that they lie in the text, in order
    }
    for (const char* piece : {"0", "1 ", "06 ", "a@", "a.", "123.456.782 ", "1234 AB ", " 1", "NL91", "+", "Aweg 1 ", "www.", ")"}) {
        std::string text;
        while (text.size() < 20'000) {
            text += piece;
        }
        EXPECT_LE(found(text).size(), text.size());
    }
}

}  // namespace
}  // namespace forum::moderation
