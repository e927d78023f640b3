package import Foundation

/// Two certificates for this machine that nobody trusts, with their keys, good for a hundred years.
///
/// Made by `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=one.test
/// -addext subjectAltName=DNS:localhost,IP:127.0.0.1`.
package enum TestCertificates {
    package struct Pair: Sendable {
        package let certificate: String
        package let key: String
    }

    package static let one = Pair(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBmTCCAT+gAwIBAgIUQyP7NNtIK1tvFFLC/fcO2B26YBwwCgYIKoZIzj0EAwIw
            EzERMA8GA1UEAwwIb25lLnRlc3QwIBcNMjYxMTI2MDAzODUxWhgPMjEyNjExMDIw
            MDM4NTFaMBMxETAPBgNVBAMMCG9uZS50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0D
            AQcDQgAEnEpIfnlLTrWSVPLAWERyGLDw6FlBKfMXaX8wXimYvGGwllIP+LXD61CE
            CJPc3Ux+YuqWttrPTWXkEKc6y+KAlKNvMG0wHQYDVR0OBBYEFPtbhqVpPfj7YjIM
            DkgmCN4bwxaVMB8GA1UdIwQYMBaAFPtbhqVpPfj7YjIMDkgmCN4bwxaVMA8GA1Ud
            EwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMAoGCCqGSM49
            BAMCA0gAMEUCIQCahCSLNz8ujnTO0H8bFCwvE3Fm07yI9KadYeNV+OVjwAIgQ7B1
            9VJzWh3T2f49uxs9K385UAAKaXaOqW2yvdfHeiM=
            -----END CERTIFICATE-----

            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHMvU3GhduO0X2IFw
            CR++cvkVjVXk186SAPKsfxRA1iihRANCAAScSkh+eUtOtZJU8sBYRHIYsPDoWUEp
            8xdpfzBeKZi8YbCWUg/4tcPrUIQIk9zdTH5i6pa22s9NZeQQpzrL4oCU
            -----END PRIVATE KEY-----

            """
    )

    package static let two = Pair(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBmTCCAT+gAwIBAgIUGX23LX6XP/F/DaJ/6PWl2j75fpIwCgYIKoZIzj0EAwIw
            EzERMA8GA1UEAwwIdHdvLnRlc3QwIBcNMjYxMTI2MDAzODUxWhgPMjEyNjExMDIw
            MDM4NTFaMBMxETAPBgNVBAMMCHR3by50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0D
            AQcDQgAEs5X6mwxkqz698hgKhtRUOmrWWa+nFY8zmZHJK3KknZNsoq1G4RIErSBn
            nmv6fHFAi67cJZbAMAl0sQEh6zxc2qNvMG0wHQYDVR0OBBYEFPN8CPVC4RiHgjfT
            4ykF98QGA3OJMB8GA1UdIwQYMBaAFPN8CPVC4RiHgjfT4ykF98QGA3OJMA8GA1Ud
            EwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMAoGCCqGSM49
            BAMCA0gAMEUCIF/SBkgL5Oo2vcXtuPsQqA+xY71aSdGa7xU5Cpgjz+SdAiEA8Qvz
            BCz0Gun8zq+Q49IJSlrUazqN/t/6+k5VwxAYFIs=
            -----END CERTIFICATE-----

            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcheQrt1WmO3zOdPG
            lV8cBtaACLCrmiCxfAheOPoG4SShRANCAASzlfqbDGSrPr3yGAqG1FQ6atZZr6cV
            jzOZkckrcqSdk2yirUbhEgStIGeea/p8cUCLrtwllsAwCXSxASHrPFza
            -----END PRIVATE KEY-----

            """
    )

    /// For the name `vendor.example` and no other, made alike.
    package static let vendor = Pair(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBpDCCAUqgAwIBAgIUaaJiAPGRUvZQuEy524pSEv/llQEwCgYIKoZIzj0EAwIw
            GTEXMBUGA1UEAwwOdmVuZG9yLmV4YW1wbGUwIBcNMjYxMTI2MTMzMDAwWhgPMjEy
            NjExMDIxMzMwMDBaMBkxFzAVBgNVBAMMDnZlbmRvci5leGFtcGxlMFkwEwYHKoZI
            zj0CAQYIKoZIzj0DAQcDQgAEUEMm4vo2wGTFoDD8XhLIFs0As3LQSb2xqjMglO35
            ypOGrBrAEdt9Xb12RaFnqyFtYxFhoioAiDmrxBkkAOFrNqNuMGwwHQYDVR0OBBYE
            FKwsxi3+n7yOLVnMKfEc9LK36Q38MB8GA1UdIwQYMBaAFKwsxi3+n7yOLVnMKfEc
            9LK36Q38MA8GA1UdEwEB/wQFMAMBAf8wGQYDVR0RBBIwEIIOdmVuZG9yLmV4YW1w
            bGUwCgYIKoZIzj0EAwIDSAAwRQIgJAdnIp3A0dZ5qmo88jVzl5F/sda3tuEJ4OQ1
            3E/2KeYCIQDkY0mZMpXyKunVjHHaYA/wlg1Estw8CVBy9LwALdulCA==
            -----END CERTIFICATE-----

            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHc9BsqL0N+wIRIfD
            z10HBhk0ICUdJ590uv3WfitxX2WhRANCAARQQybi+jbAZMWgMPxeEsgWzQCzctBJ
            vbGqMyCU7fnKk4asGsAR231dvXZFoWerIW1jEWGiKgCIOavEGSQA4Ws2
            -----END PRIVATE KEY-----

            """
    )
}

/// The files of a certificate in a folder of a test.
package struct CertificateFiles: Sendable {
    private let folder: URL

    package init(in folder: URL) { self.folder = folder }

    package var certificate: String { folder.appending(path: "certificate.pem").path }
    package var key: String { folder.appending(path: "key.pem").path }

    package func write(_ pair: TestCertificates.Pair) throws {
        try write(certificate: pair.certificate)
        try write(key: pair.key)
    }

    package func write(certificate text: String) throws { try Data(text.utf8).write(to: URL(filePath: certificate)) }

    package func write(key text: String) throws { try Data(text.utf8).write(to: URL(filePath: key)) }
}
