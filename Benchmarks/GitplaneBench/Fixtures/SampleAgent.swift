/// Agents that look like those of a company, about 1.5 KB each; the same number always gives the same bytes.
enum SampleAgent {
    static func name(_ number: Int) -> String {
        let digits = String(number)
        return "agent-" + String(repeating: "0", count: max(5 - digits.count, 0)) + digits
    }

    static func path(_ number: Int) -> String { "state/agents/\(name(number))/agent.json" }

    /// The definition, hand-formatted as people write it.
    ///
    /// - Parameter edition: another edition differs in one field.
    static func definition(_ number: Int, edition: Int = 0) -> String {
        let team = pick(teams, number, 1)
        let subject = pick(subjects, number, 2)
        let language = pick(languages, number, 3)
        return """
            {
              "$schema": "https://gitplane.dev/schemas/agent.json",
              "display_name": "\(subject) desk \(number)",
              "description": "Answers questions about \(subject) for the \(team) team. Edition \(edition).",
              "labels": { "team": "\(team)", "tier": "\(pick(tiers, number, 4))" },
              "mission_profile": {
                "mission": "Keep everybody who works on \(subject) informed: collect what changed, say what it means for \
            the \(team) team, and name the next step with its owner.",
                "role": "Analyst beside the \(team) team",
                "audience": "Engineers and managers of \(team)",
                "primary_outcomes": [
                  "Every question about \(subject) gets an answer with its source",
                  "Risks are named a week before they matter"
                ],
                "responsibility_limits": ["Does not decide on budgets", "Does not talk to customers"],
                "domains": ["\(subject)", "\(team)"]
              },
              "interaction_style": { "tone": "Plain and friendly", "writing_style": "Short sentences, active voice" },
              "hard_rules": {
                "non_negotiables": ["Sources come with every claim"],
                "forbidden_actions": ["Inventing figures that no source supports"]
              },
              "response_policy": {
                "language": "\(language)",
                "format": "Markdown with one heading for each question",
                "conciseness": "At most five sentences for each question"
              },
              "model_policy": { "max_budget_usd": \(number % 90 + 10).5 },
              "tool_policy": { "allowed_tool_ids": ["git_log", "git_diff", "file_read", "file_search"] },
              "memory_policy": { "enabled": \(number % 3 == 0) },
              "knowledge_policy": { "workspace_source_globs": ["docs/\(team)/**/*.md"] },
              "autonomy_policy": { "default_approval_mode": "guarded", "default_autonomy_tier": "t1" },
              "skill_policy": { "enabled_skills": ["docs", "\(pick(skills, number, 5))"] }
            }

            """
    }

    private static let teams = ["platform", "billing", "support", "security", "research", "logistics", "mobile"]
    private static let subjects = [
        "release notes", "incident reviews", "cost reports", "access requests", "supplier contracts", "test results",
        "customer feedback", "capacity plans", "data quality",
    ]
    private static let languages = ["English", "German", "Portuguese", "Spanish", "French"]
    private static let tiers = ["bronze", "silver", "gold"]
    private static let skills = ["sql", "aws", "security", "tdd", "architecture"]

    /// Mixes number and place, so that neighbours differ in more than their number.
    private static func pick(_ words: [String], _ number: Int, _ place: Int) -> String {
        var value = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(place) &* 0xD1B5_4A32_D192_ED03
        value ^= value >> 29
        return words[Int(value % UInt64(words.count))]
    }
}
