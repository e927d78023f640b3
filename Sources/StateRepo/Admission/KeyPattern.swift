/// The shape of a credential that some vendor issues: a prefix and enough characters of an alphabet after it.
struct KeyPattern: Sendable {
    let kind: String
    let prefix: [UInt8]
    /// How many characters of the alphabet must follow the prefix.
    let minimumLength: Int

    private init(_ kind: String, _ prefix: String, _ minimumLength: Int) {
        self.kind = kind
        self.prefix = Array(prefix.utf8)
        self.minimumLength = minimumLength
    }

    static let all: [KeyPattern] = [
        KeyPattern("an Anthropic key", "sk-ant-", 20),
        KeyPattern("an OpenAI key", "sk-proj-", 20),
        KeyPattern("an OpenRouter key", "sk-or-", 20),
        KeyPattern("an API key", "sk-", 32),
        KeyPattern("a Stripe key", "sk_live_", 16),
        KeyPattern("a Stripe key", "rk_live_", 16),
        KeyPattern("a Stripe signing secret", "whsec_", 24),
        KeyPattern("a GitHub token", "ghp_", 36),
        KeyPattern("a GitHub token", "gho_", 36),
        KeyPattern("a GitHub token", "ghs_", 36),
        KeyPattern("a GitHub token", "ghu_", 36),
        KeyPattern("a GitHub token", "github_pat_", 40),
        KeyPattern("a GitLab token", "glpat-", 20),
        KeyPattern("a Slack token", "xoxb-", 20),
        KeyPattern("a Slack token", "xoxp-", 20),
        KeyPattern("a Slack token", "xoxa-", 20),
        KeyPattern("a Slack token", "xapp-", 20),
        KeyPattern("an AWS access key", "AKIA", 16),
        KeyPattern("an AWS access key", "ASIA", 16),
        KeyPattern("a Google key", "AIza", 35),
        KeyPattern("a Hugging Face token", "hf_", 30),
        KeyPattern("a Groq key", "gsk_", 40),
        KeyPattern("an xAI key", "xai-", 40),
        KeyPattern("a Perplexity key", "pplx-", 40),
        KeyPattern("a Linear key", "lin_api_", 32),
        KeyPattern("a Notion token", "ntn_", 40),
        KeyPattern("a Sentry token", "sntrys_", 32),
        KeyPattern("an Atlassian token", "ATATT3", 40),
        KeyPattern("an npm token", "npm_", 36),
        KeyPattern("a DigitalOcean token", "dop_v1_", 48),
        KeyPattern("a SendGrid key", "SG.", 40),
        KeyPattern("a Gitplane token", "kpat_", 32),
        KeyPattern("a Gitplane token", "kpbg_", 32),
        KeyPattern("a Gitplane session", "kses_", 32),
        KeyPattern("an age identity", "AGE-SECRET-KEY-1", 40),
    ]

    /// Whether a credential, or the head of a private key, may begin with a byte.
    static let begins: [Bool] = {
        var begins = [Bool](repeating: false, count: 256)
        for first in all.compactMap(\.prefix.first) + [UInt8(ascii: "-")] { begins[Int(first)] = true }
        return begins
    }()

    /// Which kind of credential starts at `start`; what stands before it must not belong to the same word.
    static func kind(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> String? {
        for pattern in all where pattern.matches(text, at: start) { return pattern.kind }
        return nil
    }

    private func matches(_ text: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        guard text[start] == prefix[0], text.count - start >= prefix.count + minimumLength else { return false }
        for offset in 0..<prefix.count where text[start + offset] != prefix[offset] { return false }
        let rest = start + prefix.count
        for index in rest..<rest + minimumLength where !Self.isTokenByte(text[index]) { return false }
        return true
    }

    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        isWord(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
}
