extension SecretName {
    /// Whether an environment variable of this name decides what a program does before the program can: which code it
    /// loads, what it runs, whose settings it reads.
    ///
    /// Such a secret would give whoever may write it the program that `gitplane exec` starts. The names are those that glibc
    /// takes from privileged programs (`sysdeps/generic/unsecvars.h`), those that sudo removes (`env.c`), and those by which
    /// interpreters are told what to run.
    package var decidesWhatRuns: Bool {
        Self.decisive.contains(description) || Self.decisivePrefixes.contains { description.hasPrefix($0) }
    }

    /// All names that begin so; docs/secrets.md lists them.
    package static let decisivePrefixes = [
        "BASH_", "CONTROL_PLANE_", "CORECLR_", "COR_", "DOTNET_", "DYLD_", "GITPLANE_", "GIT_", "LD_", "LUA_",
        "MALLOC_",
        "NPM_CONFIG_", "PERL5", "PYTHON", "RUBY", "TERMINFO", "XDG_",
    ]

    /// Beside ``decisivePrefixes``.
    package static let decisive: Set<String> = [
        // Shells.
        "BASHOPTS", "CDPATH", "ENV", "FPATH", "GLOBIGNORE", "IFS", "NULLCMD", "OLDPWD", "PATH", "PROMPT_COMMAND", "PS0",
        "PS1",
        "PS2", "PS4", "PWD", "READNULLCMD", "SHELL", "SHELLOPTS", "ZDOTDIR",
        // The C library.
        "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "HOSTALIASES", "LOCALDOMAIN", "LOCPATH", "NIS_PATH", "NLSPATH",
        "PATH_LOCALE", "RESOLV_HOST_CONF", "RES_OPTIONS", "TERMCAP", "TERMPATH", "TMPDIR", "TZDIR",
        // Whose files are read.
        "HOME", "LOGNAME", "USER",
        // Interpreters and what builds programs.
        "BUN_OPTIONS", "BUNDLE_GEMFILE", "CARGO_HOME", "CLASSPATH", "GEM_HOME", "GEM_PATH", "GNUMAKEFLAGS", "GOFLAGS",
        "GOTOOLCHAIN", "GRADLE_OPTS", "JAVA_HOME", "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "MAKEFILES",
        "MAKEFLAGS", "MAVEN_OPTS", "NODE_EXTRA_CA_CERTS", "NODE_OPTIONS", "NODE_PATH", "NODE_TLS_REJECT_UNAUTHORIZED",
        "PERLIO", "PERLIO_DEBUG", "PERLLIB", "PERL_UNICODE", "PHPRC", "PHP_INI_SCAN_DIR", "RUSTC", "RUSTC_WRAPPER",
        "RUSTFLAGS",
        "R_HOME", "R_PROFILE", "TCLLIBPATH",
        // What programs start, and whom they trust.
        "BROWSER", "CURL_CA_BUNDLE", "EDITOR", "GTK_MODULES", "GTK_PATH", "LESSCLOSE", "LESSOPEN", "MANPAGER",
        "OPENSSL_CONF",
        "OPENSSL_ENGINES", "OPENSSL_MODULES", "PAGER", "QT_PLUGIN_PATH", "REQUESTS_CA_BUNDLE", "SSH_ASKPASS",
        "SSL_CERT_DIR", "SSL_CERT_FILE", "SSLKEYLOGFILE", "SSH_AUTH_SOCK", "SUDO_ASKPASS", "SYSTEMD_EDITOR",
        "SYSTEMD_PAGER", "VISUAL",
        // Options that tools take beside their arguments.
        "BZIP2", "BZIP", "CVS_RSH", "ELIXIR_ERL_OPTIONS", "ERL_AFLAGS", "ERL_FLAGS", "ERL_ZFLAGS", "EXINIT",
        "GREP_OPTIONS",
        "GVIMINIT", "GZIP", "LESS", "RSYNC_RSH", "SVN_EDITOR", "SVN_SSH", "TAR_OPTIONS", "UNZIP", "VIMINIT",
        "XZ_DEFAULTS",
        "XZ_OPT", "ZIPOPT",
        // Where tools read their settings.
        "ANSIBLE_CONFIG", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "CURL_HOME", "DOCKER_CONFIG", "DOCKER_HOST",
        "GIO_EXTRA_MODULES", "INPUTRC", "KUBECONFIG", "MYSQL_HOME", "NETRC", "PGPASSFILE", "PGSERVICEFILE",
        "PGSYSCONFDIR",
        "PSQLRC", "QT_QPA_PLATFORM_PLUGIN_PATH", "WGETRC",
        // What compilers find.
        "COMPILER_PATH", "CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "GCC_EXEC_PREFIX", "LIBRARY_PATH",
        "PKG_CONFIG_PATH",
        // Over which way the program talks to others.
        "ALL_PROXY", "FTP_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY",
    ]
}
