import Foundation
import StateRepo
import Testing

@Suite("Object names")
struct ObjectIDTests {
    @Test("Keep their bytes, text and order")
    func roundTrip() throws {
        let text = "00ff10a1b2c3d4e5f60718293a4b5c6d7e8f9001"
        let id = try #require(CommitID(text))
        #expect(id.description == text)
        #expect(CommitID(bytes: id.bytes) == id)
        let ordered = (0..<20).reversed().map { index in
            CommitID(bytes: (0..<20).map { $0 == index ? UInt8(200) : 0 } as [UInt8])
        }
        #expect(ordered.compactMap(\.self).count == 20)
        for (low, high) in zip(ordered.compactMap(\.self), ordered.compactMap(\.self).dropFirst()) {
            #expect(low < high)
        }
        #expect(MemoryLayout<CommitID>.size == 20)
    }

    @Test("Are one string in JSON")
    func coding() throws {
        let id = try #require(BlobID("00ff10a1b2c3d4e5f60718293a4b5c6d7e8f9001"))
        let data = try JSONEncoder().encode([id])
        #expect(String(decoding: data, as: UTF8.self) == #"["00ff10a1b2c3d4e5f60718293a4b5c6d7e8f9001"]"#)
        #expect(try JSONDecoder().decode([BlobID].self, from: data) == [id])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([BlobID].self, from: Data(#"["00"]"#.utf8)) }
    }

    @Test(
        "Are refused when abbreviated, in capitals or not hexadecimal",
        arguments: [
            "", "00ff10a1b2c3d4e5f60718293a4b5c6d7e8f900", "00ff10a1b2c3d4e5f60718293a4b5c6d7e8f90011",
            "00FF10A1B2C3D4E5F60718293A4B5C6D7E8F9001", "g0ff10a1b2c3d4e5f60718293a4b5c6d7e8f9001",
        ]
    )
    func refused(_ text: String) { #expect(CommitID(text) == nil) }
}
