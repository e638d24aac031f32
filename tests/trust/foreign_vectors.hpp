#pragma once

#include <string_view>

// Keys and signatures that python's `cryptography` 48.0 made, over kMessage.
namespace foreign_vectors {

inline constexpr std::string_view kMessage = R"({"_type":"timestamp","version":1})";

inline constexpr std::string_view kEcPem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE82MbUFLezBh12X2nTlrzlN8NbJJe\n"
    "rdgkpwuNhAChQmMIe6/QNSSG/FUeMbhX9ooCsoms3srBNvQkwTOKgDd8ow==\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr std::string_view kEcSignature =
    "3045022100bade2c0975ffd0fc0905a15c2e53005b05ecf1cb3bbbf2d624fa2349af74038b0220685327ea5416"
    "d431a0b9d5c552e694bb93a53ca6c242a87056a77549ef01a2d0";

inline constexpr std::string_view kRsaPem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAlZ9+g/DKNbySuO4aEjnK\n"
    "kjg5S1BtESdJXUwOroisJNJ4GuZ7kWfmSYKasZ2hxua6XE5APCCcaYLpWZoHN8Tc\n"
    "Sr5FwDL4jngcjZ5XNEQnEpMd2E47/9Hw4b3rINeApuJVbwDM37YgVGKl//7N29LD\n"
    "2U2AgusvhzbvAij7iLn34QTVQ+HE/1pAL7cpsESvLkAcaZz0JbLhD5orkPdzNnLX\n"
    "oY20V9fqnDLJS8WBe1G74+M4VduawPYB3uXiia4ZUswRmtzkoEh3E8og5LXduotX\n"
    "CqTHYH9cqdI017aHuj2i8bPuyYNUfd1KPkQhgZhLr6hO1S6tMpy4emrvZFpmA7yh\n"
    "wwIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr std::string_view kDigestSaltSignature =
    "7ecb366bc50dd361c3ccf3c910a42e4010b2fc6bacddc5e3747808efe8bbec56d1a91e9d34ec69c06d2033bb08"
    "9068113a0280dae656f41be287d852c0ef87e2f4f4b7323f3fb2a44125e0045e92b65b0377a4fc2c6a2d539955"
    "9a89cc19436797f620586fb58acb15ffb22f7ec67ce998faa58a66dbc474bfe20047f07805dee6b79d296fcf8c"
    "72b4b78371ab6e589cf94253a4fcc56f3071ae850f8193c2951805791fd42a76ddfdd40da992e0558e5f886f1e"
    "7df4abdd2bd93e93af6a8e88126fc8eba99894a791ef6f4fa9935eb64d59996f3264e6855f2444ebfce7bf2de0"
    "d888f68ea32f6fe91220157bd8f9b9bbf38d5ee30581788827ba4423dc7095";
inline constexpr std::string_view kLongestSaltSignature =
    "2402fac85d8df79ea889fce8647c98b2395860df8a47b97b4753e21cdec3ab2eaf547ed4ba59d6218b0d815d7e"
    "d77a44c03c716b431576679d76690153e0447a625a4e056a9f706d5457d44379c7396d0ebe627cf80910a7cae3"
    "d5f235d8e353a242d830ee9484ef296f75036ea03aed60c712bdf5ce9fab5c389d303af437cba909a356165a5f"
    "6e23a6ca2dc008a3747b5afe5367dc2e6cae83151cc0932689b428f8a5aeea3d3ee75e5e6bff5e4fa8b7abf725"
    "740c6e8be57d8997fd4de7f0d797f3c58217fa18036637bb1a63d80ca068c6a40340e739d65237b9e237a67e98"
    "6124c8ae1d0aac099e15d33e8d1acd755f33fb980b0bad18173a3cc84db8ad";
inline constexpr std::string_view kNoSaltSignature =
    "5c12a27470d08e5c10ca1fdb2f0f065203bb06af63e5dcb46b07cc6601fd5287e78d9a8462ed4232c0ea5390c3"
    "9ae7de00581ee7cbb09c020355ee291af9945fd481fa3749697cae0c998b19b06672d075ef79ab92cfe88935e5"
    "be5482c7ea1e209463c34e715f182ba08eaf24866520a1268abc4b99ad2d13978fa09320e79e8f14386f5c378b"
    "2d403d9d15a5034bda6beadc7130b6e1947a68e43f54867ecfff3b37d21508d4de5a33f9d3bf0ec9d033cba34f"
    "8576824f378fc6fffe6bad44255031423a9bea26ec2f5d4a39d1c8ad4259603ba7c9b69f21a7cc01b8b373eca8"
    "b87f5cfa098ac2b6c35303561fa62e21e7ed984813fce50e71e39a7c91d6e0";

}  // namespace foreign_vectors
