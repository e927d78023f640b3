/// Packs that mean harm, in Base64.
package enum HostilePacks {
    /// A blob of 64 KiB, and a delta that makes 256 MiB of it, in 173 bytes: a push may, by itself.
    package static let deltaBomb =
        "UEFDSwAAAAIAAAACsIAgeNrtwQEBAAAAgJD+r+4ICgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAGoADwAB+IACyXwS+bCiS/wZx0orJlqXySQTd3V42u3BgQkAMAjAMAYe3tP1jpGkpvMC"
        + "AAAAvrcx6QN+Ftk/6bo6yxdJLVsftzCIlMKL3go="

    /// The same for 4 GiB, in 232 bytes: no push may.
    package static let largeDeltaBomb =
        "UEFDSwAAAAIAAAACsIAgeNrtwQEBAAAAgJD+r+4ICgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAGoADwAB+IAgyXwS+bCiS/wZx0orJlqXySQTd3V42u3BMQEAAAjAoMcARl50DQLU9DYA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB4B3jrCpXEqSX2"
        + "7SMW9NNGbsMga83qGWGQNg=="

    /// The same blob, and six deltas that make about 128 MiB each of it, in 321 bytes: a push may; it takes git seconds.
    package static let longWork =
        "UEFDSwAAAAIAAAAHsIAgeNrtwQEBAAAAgJD+r+4ICgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAGoADwAB54ABV3jaa2hgaWhocGgYBaNgFIyCUTAKRsGIAwAk0gMB5oABeHjaa2hgaWj4Y98wCkbB"
        + "KBgFo2AUjIKRBgD6egL85YABgBl42mtoYGlo+GHfMApGwSgYBaNgFIyCEQYA134CeOSAAYA7eNpraGBpaPhi3zAKRsEoGAWjYBSM"
        + "gpEFALUKAfTjgAGAXXjaa2hgaWj4YN8wCkbBKBgFo2AUjIIRBQCTHgFw4oABgH942mtoYGloeGPfMApGwSgYBaNgFIyCkQQAcboA"
        + "7IpDnN4te5G6UMNGIPOYOvHzxrjT"
}
