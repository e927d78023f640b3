/// Packs that mean harm, in Base64.
package enum HostilePacks {
    /// Each is a few hundred bytes, and expands to what no push may.
    package static let deltaBombs = [deltaBomb, largeDeltaBomb]

    /// A blob of 64 KiB, and a delta that makes 256 MiB of it, in 173 bytes.
    private static let deltaBomb =
        "UEFDSwAAAAIAAAACsIAgeNrtwQEBAAAAgJD+r+4ICgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAGoADwAB+IACyXwS+bCiS/wZx0orJlqXySQTd3V42u3BgQkAMAjAMAYe3tP1jpGkpvMC"
        + "AAAAvrcx6QN+Ftk/6bo6yxdJLVsftzCIlMKL3go="

    /// The same for 4 GiB, in 232 bytes.
    private static let largeDeltaBomb =
        "UEFDSwAAAAIAAAACsIAgeNrtwQEBAAAAgJD+r+4ICgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAGoADwAB+IAgyXwS+bCiS/wZx0orJlqXySQTd3V42u3BMQEAAAjAoMcARl50DQLU9DYA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB4B3jrCpXEqSX2"
        + "7SMW9NNGbsMga83qGWGQNg=="
}
