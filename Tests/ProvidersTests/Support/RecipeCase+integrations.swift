extension RecipeCase {
    private static let aws = [
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    ]

    static let integrations: [RecipeCase] = [
        RecipeCase(
            id: "jira",
            mode: "api_token",
            plain: ["JIRA_URL": "https://site.atlassian.net/", "JIRA_USERNAME": "ada@example.com"],
            secrets: ["JIRA_API_TOKEN": "t"],
            address: "https://site.atlassian.net/rest/api/3/myself",
            headers: ["authorization": "Basic YWRhQGV4YW1wbGUuY29tOnQ=", "accept": "application/json"],
            success: #"{"accountId":"1","emailAddress":"ada@example.com"}"#,
            account: "ada@example.com"
        ),
        RecipeCase(
            id: "confluence",
            mode: "api_token",
            plain: ["CONFLUENCE_URL": "https://site.atlassian.net", "CONFLUENCE_USERNAME": "ada@example.com"],
            secrets: ["CONFLUENCE_API_TOKEN": "t"],
            address: "https://site.atlassian.net/wiki/rest/api/user/current",
            headers: ["authorization": "Basic YWRhQGV4YW1wbGUuY29tOnQ="],
            success: #"{"type":"known","displayName":"Ada"}"#,
            account: "Ada",
            rejection: (200, #"{"type":"anonymous"}"#)
        ),
        RecipeCase(
            id: "github",
            mode: "api_token",
            secrets: ["GITHUB_TOKEN": "t"],
            address: "https://api.github.com/user",
            headers: [
                "authorization": "Bearer t", "accept": "application/vnd.github+json",
                "x-github-api-version": "2022-11-28",
            ],
            success: #"{"login":"ada"}"#,
            account: "ada"
        ),
        RecipeCase(
            id: "gitlab",
            mode: "api_token",
            plain: ["GITLAB_URL": "https://gitlab.example.com"],
            secrets: ["GITLAB_TOKEN": "t"],
            address: "https://gitlab.example.com/api/v4/user",
            headers: ["private-token": "t"],
            success: #"{"username":"ada"}"#,
            account: "ada"
        ),
        RecipeCase(
            id: "aws",
            mode: "access_key",
            plain: ["AWS_DEFAULT_REGION": "eu-central-1"],
            secrets: aws,
            method: "POST",
            address: "https://sts.eu-central-1.amazonaws.com/",
            headers: ["x-amz-date": "20150830T123600Z", "content-type": "application/x-www-form-urlencoded"],
            body: "Action=GetCallerIdentity&Version=2011-06-15",
            success: #"{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"Arn":"arn:aws:iam::1:user/a"}}}"#,
            account: "arn:aws:iam::1:user/a",
            rejection: (403, #"{"Error":{"Code":"SignatureDoesNotMatch"}}"#)
        ),
        RecipeCase(
            id: "aws",
            mode: "assume_role",
            plain: ["AWS_DEFAULT_REGION": "us-east-1", "AWS_ROLE_ARN": "arn:aws:iam::1:role/agents"],
            secrets: aws.merging(["AWS_SESSION_TOKEN": "s"]) { given, _ in given },
            method: "POST",
            address: "https://sts.us-east-1.amazonaws.com/",
            headers: ["x-amz-security-token": "s"],
            body: "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fagents"
                + "&RoleSessionName=gitplane&DurationSeconds=900",
            success: #"{"AssumeRoleResponse":{"AssumeRoleResult":{"AssumedRoleUser":{"Arn":"arn:aws:sts::1:x"}}}}"#,
            account: "arn:aws:sts::1:x",
            rejection: (403, #"{"Error":{"Code":"AccessDenied"}}"#)
        ),
        RecipeCase(
            id: "slack",
            mode: "api_token",
            secrets: ["SLACK_BOT_TOKEN": "t"],
            method: "POST",
            address: "https://slack.com/api/auth.test",
            headers: ["authorization": "Bearer t"],
            success: #"{"ok":true,"team":"Team"}"#,
            account: "Team",
            rejection: (200, #"{"ok":false,"error":"invalid_auth"}"#)
        ),
        RecipeCase(
            id: "notion",
            mode: "api_token",
            secrets: ["NOTION_TOKEN": "t"],
            address: "https://api.notion.com/v1/users/me",
            headers: ["authorization": "Bearer t", "notion-version": "2022-06-28"],
            success: #"{"id":"1","name":"Bot","bot":{"workspace_name":"Space"}}"#,
            account: "Space"
        ),
        RecipeCase(
            id: "linear",
            mode: "api_token",
            secrets: ["LINEAR_API_KEY": "t"],
            method: "POST",
            address: "https://api.linear.app/graphql",
            headers: ["authorization": "t", "content-type": "application/json"],
            body: #"{"query":"{ viewer { id name email } }"}"#,
            success: #"{"data":{"viewer":{"id":"1","email":"ada@example.com"}}}"#,
            account: "ada@example.com",
            rejection: (400, #"{"errors":[{}]}"#)
        ),
        RecipeCase(
            id: "sentry",
            mode: "api_token",
            secrets: ["SENTRY_ACCESS_TOKEN": "t"],
            address: "https://sentry.io/api/0/organizations/",
            headers: ["authorization": "Bearer t"],
            success: #"[{"slug":"acme"}]"#,
            account: "acme"
        ),
        RecipeCase(
            id: "stripe",
            mode: "api_token",
            secrets: ["STRIPE_SECRET_KEY": "t"],
            address: "https://api.stripe.com/v1/account",
            headers: ["authorization": "Bearer t"],
            success: #"{"id":"acct_1","email":null}"#,
            account: "acct_1"
        ),
        RecipeCase(
            id: "cloudflare",
            mode: "api_token",
            secrets: ["CLOUDFLARE_API_TOKEN": "t"],
            address: "https://api.cloudflare.com/client/v4/user/tokens/verify",
            headers: ["authorization": "Bearer t"],
            success: #"{"success":true,"result":{"status":"active"}}"#,
            rejection: (200, #"{"success":true,"result":{"status":"expired"}}"#)
        ),
        RecipeCase(
            id: "huggingface",
            mode: "api_token",
            secrets: ["HF_TOKEN": "t"],
            address: "https://huggingface.co/api/whoami-v2",
            headers: ["authorization": "Bearer t"],
            success: #"{"type":"user","name":"ada"}"#,
            account: "ada"
        ),
    ]

    /// Google's needs a key of its own.
    static func google() throws -> RecipeCase {
        RecipeCase(
            id: "gws",
            mode: "service_account_key",
            secrets: ["GWS_SERVICE_ACCOUNT_KEY": try ServiceAccountKeyTests.file()],
            method: "POST",
            address: "https://oauth2.googleapis.com/token",
            headers: ["content-type": "application/x-www-form-urlencoded"],
            success: #"{"access_token":"x","token_type":"Bearer"}"#,
            rejection: (400, #"{"error":"invalid_grant"}"#)
        )
    }
}
