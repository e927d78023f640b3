import Secrets
import Testing

@Suite("The name of a secret")
struct SecretNameTests {
    @Test(
        "that decides what a program does is known",
        arguments: [
            "PATH", "LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES", "BASH_ENV", "BASH_FUNC_X", "ENV", "IFS", "PS4",
            "SHELLOPTS", "BASHOPTS", "PYTHONPATH", "PYTHONSTARTUP", "NODE_OPTIONS", "PERL5OPT", "PERL5LIB", "PERLLIB",
            "RUBYOPT", "RUBYLIB", "GCONV_PATH", "GLIBC_TUNABLES", "GIT_SSH_COMMAND", "GIT_CONFIG_COUNT", "HOME",
            "GITPLANE_TOKEN", "GITPLANE_SERVER", "CONTROL_PLANE_API_TOKEN", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS",
            "DOTNET_STARTUP_HOOKS", "OPENSSL_CONF", "XDG_CONFIG_HOME", "PAGER", "EDITOR", "TMPDIR", "TAR_OPTIONS",
            "HTTPS_PROXY",
            "SSLKEYLOGFILE", "KUBECONFIG", "ERL_AFLAGS",
        ]
    )
    func decisive(name: String) throws { #expect(try #require(SecretName(name)).decidesWhatRuns) }

    @Test(
        "of an ordinary credential is not one of these",
        arguments: [
            "A", "OPENAI_API_KEY", "GITHUB_TOKEN", "GITLAB_TOKEN", "GH_TOKEN", "NODE_AUTH_TOKEN", "NPM_TOKEN",
            "ENVIRONMENT",
            "PERPLEXITY_API_KEY", "DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "PATH_TO_KEY", "HOME_ASSISTANT_TOKEN",
            "LDAP_PASSWORD",
        ]
    )
    func ordinary(name: String) throws { #expect(try !#require(SecretName(name)).decidesWhatRuns) }
}
