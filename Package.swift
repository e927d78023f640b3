// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let collections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")
let persistent: Target.Dependency = .product(name: "HashTreeCollections", package: "swift-collections")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let asyncAlgorithms: Target.Dependency = .product(name: "AsyncAlgorithms", package: "swift-async-algorithms")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1: Target.Dependency = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioHTTPTypesHTTP2: Target.Dependency = .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioHPACK: Target.Dependency = .product(name: "NIOHPACK", package: "swift-nio-http2")
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let metrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let tracing: Target.Dependency = .product(name: "Tracing", package: "swift-distributed-tracing")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "gitplane",
    products: [
        .executable(name: "gitplane", targets: ["Gitplane"]),
        .executable(name: "gitplane-bench", targets: ["GitplaneBench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.7.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.0"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.30.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        .systemLibrary(name: "CLibgit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
        .target(name: "Concurrency", swiftSettings: strict),
        .target(name: "Telemetry", dependencies: [metrics, tracing], swiftSettings: strict),
        .target(name: "Documents", dependencies: [collections, yams], swiftSettings: strict),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Catalogue", dependencies: ["Documents"], swiftSettings: strict),
        .target(
            name: "StateRepo",
            dependencies: [
                "CLibgit2", "CZlib", "Concurrency", "Documents", "Catalogue", collections, persistent, crypto,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Secrets",
            dependencies: ["Concurrency", "Documents", "Telemetry", crypto, cryptoExtras],
            swiftSettings: strict
        ),
        .target(
            name: "Providers",
            dependencies: [
                "Catalogue", "Concurrency", "Documents", "Secrets", "StateRepo", "Telemetry", asyncHTTPClient, crypto,
                cryptoExtras, lifecycle, logging, nio, nioHTTP1, nioPosix, nioSSL,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "LocalStore",
            dependencies: ["Access", "Concurrency", "Documents", "Providers", "Secrets", "StateRepo", grdb],
            swiftSettings: strict
        ),
        .target(
            name: "Reconciler",
            dependencies: [
                "Concurrency", "StateRepo", "Documents", "Telemetry", persistent, logging, lifecycle, metrics,
                asyncAlgorithms,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "GitTransport",
            dependencies: [
                "Concurrency", "Documents", "StateRepo", "Telemetry", logging, lifecycle, nio, nioPosix, subprocess,
                systemPackage,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "Gitplane",
            dependencies: [
                "API", "Access", "Catalogue", "Concurrency", "ControlClient", "Documents", "GitTransport", "LocalStore",
                "Providers", "Reconciler", "Secrets", "StateRepo", "Telemetry",
                argumentParser, asyncAlgorithms, asyncHTTPClient, crypto, lifecycle, logging, metrics, nio, nioHTTP1,
                nioPosix, systemPackage, unixSignals,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "ControlClient",
            dependencies: ["Documents", asyncHTTPClient, nio, nioHTTP1, nioPosix, nioSSL],
            swiftSettings: strict
        ),
        .target(
            name: "Access",
            dependencies: ["Concurrency", "Documents", "StateRepo", crypto, cryptoExtras],
            swiftSettings: strict
        ),
        .target(
            name: "API",
            dependencies: [
                "Access", "Catalogue", "Concurrency", "Documents", "GitTransport", "Providers", "Reconciler", "Secrets",
                "StateRepo", "Telemetry",
                crypto, httpTypes, hummingbird, hummingbirdCore, lifecycle, logging, metrics, nio, nioHTTP1, nioHTTP2,
                nioHTTPTypes, nioHTTPTypesHTTP1, nioHTTPTypesHTTP2, nioSSL, nioTLS, persistent,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "TestSupport",
            dependencies: [
                "API", "Access", "Catalogue", "Documents", "GitTransport", "LocalStore", "Providers", "Reconciler",
                "Secrets", "StateRepo", "Telemetry",
                crypto, httpTypes, hummingbird, hummingbirdCore, hummingbirdTesting, logging, nio, nioHPACK, nioPosix,
                nioSSL, persistent,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "GitplaneBench",
            dependencies: [
                "API", "Access", "Documents", "GitTransport", "LocalStore", "Providers", "Reconciler", "Secrets",
                "StateRepo", "Telemetry",
                argumentParser,
                crypto, httpTypes,
                hummingbird,
                lifecycle, logging, nioPosix, persistent,
            ],
            path: "Benchmarks/GitplaneBench",
            swiftSettings: strict
        ),
        .testTarget(
            name: "LocalStoreTests",
            dependencies: ["Access", "Documents", "LocalStore", "Providers", "StateRepo", "TestSupport", grdb],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ReconcilerTests",
            dependencies: [
                "Reconciler", "Documents", "LocalStore", "StateRepo", "Telemetry", "TestSupport", lifecycle, logging,
                persistent,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "StateRepoTests",
            dependencies: ["StateRepo", "Documents", "Catalogue", "TestSupport", persistent],
            swiftSettings: strict
        ),
        .testTarget(
            name: "GitTransportTests",
            dependencies: [
                "API", "GitTransport", "Gitplane", "Documents", "StateRepo", "Telemetry", "TestSupport", httpTypes,
                hummingbird, logging, lifecycle, nio, nioPosix,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TelemetryTests",
            dependencies: ["Telemetry", "TestSupport", metrics],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CatalogueTests",
            dependencies: ["Catalogue", "Documents", "StateRepo", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "GitplaneTests",
            dependencies: [
                "Gitplane", "Access", "Documents", "GitTransport", "Reconciler", "StateRepo", "Telemetry",
                "TestSupport",
                argumentParser, lifecycle, logging, nio,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SecretsTests",
            dependencies: ["Secrets", "Documents", "LocalStore", "Telemetry", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AccessTests",
            dependencies: ["Access", "Concurrency", "Documents", "LocalStore", "StateRepo", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "Access", "Catalogue", "Concurrency", "Documents", "Providers", "Reconciler", "Secrets",
                "StateRepo", "Telemetry", "TestSupport",
                asyncHTTPClient,
                crypto, httpTypes, hummingbird, hummingbirdTesting, logging, nio, nioEmbedded, nioHTTP1, nioHTTPTypes,
                nioHTTPTypesHTTP1, nioPosix, nioSSL,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ProvidersTests",
            dependencies: [
                "Providers", "Catalogue", "Documents", "StateRepo", "Telemetry", "TestSupport", cryptoExtras, logging,
                nio, nioHTTP1, nioPosix,
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "DocumentsTests", dependencies: ["Documents", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "JourneyTests",
            dependencies: ["Documents", "Gitplane", "TestSupport"],
            swiftSettings: strict
        ),
    ]
)
