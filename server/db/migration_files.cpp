#include "db/migration_files.hpp"

#include <openssl/evp.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/text.hpp"
#include "db/migrate.hpp"

namespace forum::db {

namespace {

namespace fs = std::filesystem;

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error{"OpenSSL cannot compute SHA-256"};
    }
    static constexpr std::string_view digits{"0123456789abcdef"};
    std::string hex;
    for (unsigned int i = 0; i < length; ++i) {
        hex += digits[digest.at(i) >> 4U];
        hex += digits[digest.at(i) & 15U];
    }
    return hex;
}

std::string read_file(const fs::path& path) {
    std::ifstream in{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    if (!in.good() && !in.eof()) {
        throw MigrationError{"cannot read " + path.string() + ": " + std::strerror(errno)};
    }
    if (!base::is_valid_utf8(text)) {
        throw MigrationError{path.string() + " is not UTF-8 text"};
    }
    return text;
}

std::vector<SqlFile> read_folder(const fs::path& folder) {
    std::error_code error;
    std::vector<SqlFile> files;
    for (const auto& entry : fs::directory_iterator{folder, error}) {
        if (entry.path().extension() == ".sql") {
            auto sql = read_file(entry.path());
            auto checksum = sha256(sql);
            files.push_back({entry.path().stem().string(), 0, std::move(sql), std::move(checksum)});
        }
    }
    if (error) {
        throw MigrationError{"cannot read the folder " + folder.string() + ": " + error.message()};
    }
    std::sort(files.begin(), files.end(), [](const SqlFile& a, const SqlFile& b) { return a.name < b.name; });
    return files;
}

/// The number of NNNN_name; 0 when the name has another form.
int number_of(std::string_view name) {
    if (name.size() < 6 || name[4] != '_') {
        return 0;
    }
    int number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + 4, number);
    return error == std::errc{} && end == name.data() + 4 ? number : 0;
}

}  // namespace

MigrationFiles read_migration_files(const fs::path& folder) {
    MigrationFiles files{read_folder(folder / "migrations"), {}};
    std::error_code error;
    if (fs::exists(folder / "replaceable", error)) {
        files.replaceable = read_folder(folder / "replaceable");
    }
    const SqlFile* previous = nullptr;
    for (auto& file : files.migrations) {
        file.number = number_of(file.name);
        if (file.number == 0) {
            throw MigrationError{"migration " + file.name + " must be named NNNN_name.sql with a number from 0001"};
        }
        if (previous != nullptr && previous->number == file.number) {
            throw MigrationError{"migrations " + previous->name + " and " + file.name + " have the same number"};
        }
        previous = &file;
    }
    return files;
}

std::string schema_checksum(const fs::path& folder) {
    const auto files = read_migration_files(folder);
    std::string all;
    for (const auto* list : {&files.migrations, &files.replaceable}) {
        for (const auto& file : *list) {
            all += file.name + ' ' + file.checksum + '\n';
        }
    }
    return sha256(all);
}

}  // namespace forum::db
