import type { SocketNoteCode } from "./unit-sockets.ts";

export type UnitNoteCode =
	| SocketNoteCode
	/** No ExecStart=. */
	| "unit-without-command"
	/** {type}: a task that ends, or that others start over D-Bus. */
	| "unit-oneshot"
	| "unit-dbus"
	/** Reports its readiness to systemd; in the cage it simply runs. */
	| "unit-notify"
	/** {from, to}: changed so that it stays in the foreground, or starts without a script around it. */
	| "unit-foreground"
	/** {program}: forks into the background, and how to keep it is not known. */
	| "unit-forking-unknown"
	/** {count}: the first of several commands was taken. */
	| "unit-several-commands"
	/** {command}: ExecStartPre=, not run in the cage; for a test of the configuration, and for what makes {directories}. */
	| "unit-start-pre"
	| "unit-start-pre-check"
	| "unit-start-pre-directories"
	/** {program}: the command is a shell line or script, and the shell would come into the cage. */
	| "unit-shell"
	/** {command}: what a shell line ends in was taken in its place. */
	| "unit-shell-exec"
	/** {name}: `@` gave the program another name. */
	| "unit-argument-zero"
	/** {path} */
	| "unit-environment-file-missing"
	/** {names}: variables in the command that nothing sets; those that come from systemd's own environment. */
	| "unit-variables-missing"
	| "unit-variables-passed"
	/** {user}: systemd makes up this account while the service runs; the cage gets one of its own. */
	| "unit-dynamic-user"
	/** {capabilities}: AmbientCapabilities=. */
	| "unit-ambient-capabilities"
	/** {settings}: UMask= and Limit…=. */
	| "unit-process-settings"
	/** {directory}: already in a root of its own. */
	| "unit-root-directory"
	/** {names} */
	| "unit-credentials"
	/** {signal} or {command}: how the configuration is read again. */
	| "unit-reload-signal"
	| "unit-reload-command"
	/** Started with root's rights by `+` or `!` although User= names an account. */
	| "unit-privileged"
	/** WorkingDirectory=~ without an account whose home is known. */
	| "unit-home"
	/** {name}: NAME@.service, which needs an instance. */
	| "unit-template"
	/** {count}: lines that systemd would skip. */
	| "unit-lines-skipped";
