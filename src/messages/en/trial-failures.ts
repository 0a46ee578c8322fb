/** Why an application ended, failed or did not answer while it was traced or tried. */
export const trialFailuresEn = {
	"ended-as-service":
		"{command} ended by itself with status {status}{words?: %}. {unit} runs no process on this host either: {settings?% may switch it off, or }its configuration gives it nothing to do. Enable it, and try again when systemctl status {unit} shows a process.",
	"ended-condition":
		"{command} ended by itself with status {status}{words?: %}. systemd does not start {unit} on this host, because a condition of the unit is not met. systemctl status {unit} names it. Meet it, and try again.",
	"ended-itself":
		"{command} ended by itself with status {status}{words?: %}. It must keep running. {settings?It read %, which may switch it off. }{processes?% looked for other processes, and a cage shows only its own. }Look for an option that keeps it running, such as --foreground or --no-daemon.",
	"failed-beside-service":
		"{command} failed with status {status} while {unit} runs on this host{words?: %}. {refused?It was refused last: %. }{away?The sandbox and trials reach neither other machines nor abstract sockets of the host, so it could not connect to %. }If both need something that only one can have, such as a name on D-Bus, stop the service and try again: systemctl stop {units}",
	"failed-capabilities":
		"{command}{status? failed with status %}{probe? does not answer}{words?: %}. It may not keep the capabilities {names}. If it needs them, allow them: {option}{probe? · Otherwise check the probe: %}",
	"failed-in-sandbox":
		"{command} failed with status {status} in the sandbox{words?: %}. {refused?It was refused last: %. }{away?The sandbox and trials reach neither other machines nor abstract sockets of the host, so it could not connect to %. }Check its command and configuration, and whether it works outside a cage.",
	"failed-kernel-settings":
		"{command} failed with status {status}{words?: %}. It could not write {paths}: settings of the kernel are read-only in the sandbox and in every cage, and no option permits it. Set the values on the host, and look for an option to leave them.",
	"failed-machine-capabilities":
		"{command}{status? failed with status %}{probe? does not answer}{words?: %}. It asks for the capabilities {names}, which change the machine itself, so no cage keeps them, and no option permits it. Look for an option to do without, or leave the application outside.{probe? If it works without them, check the probe: %}",
	"failed-on-host":
		"{command} failed with status {status} outside a cage. Fix its command or configuration first. Its last output: {words}",
	"failed-on-host-silent":
		"{command} failed with status {status} outside a cage, and printed nothing. Check the system log, or make the application log to stderr.",
	"failed-on-host-writing":
		"{command} failed with status {status}{words?: %}. It could not write {path} ({error}). If its service creates that directory, add --directory {directory}. Otherwise check owner and mode.",
	"failed-only-in-sandbox":
		"{command} failed with status {status} in the sandbox, although {service} works on this host{words?: %}. {processes?% looked for other processes, and a cage shows only its own. }{refused?It was refused last: %. }To trace it without the sandbox, stop the service and add --on-host.",
	"failed-refused":
		"{command} failed with status {status}{words?: %}. The sandbox refused {calls}, and so does every cage; no option permits it. Look for an option to disable it.",
	"failed-unreachable":
		"{command} failed with status {status}{words?: %}. It asked for {paths}, which belongs to a service of this host that the application may not reach. To permit it, add {options}",
	"failed-unusable":
		"{command} failed with status {status}{words?: %}. It runs as {user}, who{enter? cannot enter %,}{execute? cannot execute %,}{read? cannot read %,} so change owner or mode, or choose another account with --user.",
	"failed-unusable-rootless":
		"{command} failed with status {status}{words?: %}. It runs as {user}, who{enter? cannot enter %,}{execute? cannot execute %,}{read? cannot read %,} so name copies that {user} can use, with --cwd and in the command after --, or run cagewright as root.",
	"failed-without-machine":
		"{command} failed with status {status} in the sandbox, although {service} works on this host{words?: %}. {refused?It was refused last: %. }The sandbox and trials reach neither other machines nor abstract sockets of the host, so it could not connect to {away}. If it cannot start without, no trial can prove a cage of it: leave it outside.",
	"failed-without-service":
		"{command} failed{status? with status %} in the sandbox{words?: %}. {unit} requires {units}, which does not run. Start it and try again: systemctl start {units}",
	"may-need-declined":
		"{name} does not answer in its cage{words?: %}, although nothing that succeeded in the trace is missing. It may need files that were left out: {paths}. If the cage may contain them, add {options}. Probe: {probe}",
	"needs-account":
		"{name} does not answer in its cage{words?: %}. It needs accounts that were left out: {accounts}. If the cage may know them, remove --without-account. Probe: {probe}",
	"needs-capabilities":
		"{name} does not answer in its cage{words?: %}. It may not keep the capabilities {names}. If it needs them, allow them: {option}. Probe: {probe}",
	"needs-closed-directory":
		"{name} does not answer in its cage{words?: %}. It writes to {paths}, where no cage may write: a directory of the system, or one whose files the host executes or trusts. Look for a setting that names another directory. Probe: {probe}",
	"needs-consent":
		"{name} does not answer in its cage{words?: %}. The cage refused {calls}, which needs your consent.{ownProcess? The application could rewrite its own code, so injected code can run without a file.}{uevents? The application would learn which devices come and go.}{packetSockets? The application could read and forge every packet of the host's network.} To permit it, add {options}. Probe: {probe}",
	"needs-declined":
		"{name} does not answer in its cage{words?: %}. It needs files that were left out: {paths}. If the cage may contain them, add {options}. Probe: {probe}",
	"needs-declined-executing":
		"{name} does not answer in its cage{words?: %}. It needs files that were left out: {paths}. It also executes files that it wrote. To permit both, add {options}. Probe: {probe}",
	"needs-excluded":
		"{name} does not answer in its cage{words?: %}. It needs files that were left out: {paths}. Remove the --exclude that matches them. Probe: {probe}",
	"needs-executable-data":
		"{name} does not answer in its cage{words?: %}. It executes files that it wrote: {paths}. Cages prevent this, because an attacker could run a file put there. To permit it, add {options}. Probe: {probe}",
	"needs-kernel-files":
		"{name} does not answer in its cage{words?: %}. It needs {paths}, kernel files that reveal facts about the host. To permit it, add {options}. Probe: {probe}",
	"needs-refused":
		"{name} does not answer in its cage{words?: %}. You refused what it needs: {permissions}. To permit it, remove {options}. Probe: {probe}",
	"needs-unseen":
		"{name} does not answer in its cage{words?: %}. The cage refused calls that the trace never saw succeed: {calls}. If the application may make them, add {options}. Probe: {probe}",
	"not-answered-after-signal":
		"{name} answers in its cage, but not after {signals}, which it survived in the sandbox. Its last output: {words} · If the machine was busy, try again. `cagewright explain {name}` shows what the cage refuses.",
	"not-answered-disk-full": "{name} does not answer, and no space is left for {path}. Free some space and try again.",
	"not-answered-in-cage":
		"{name} does not answer in its cage. Its last output: {words} · Missing: {missing} · Probe: {probe} · `cagewright explain {name}` shows what the cage refuses.",
	"not-answered-in-cage-nothing-missing":
		"{name} does not answer in its cage, although nothing that succeeded in the trace is missing. Its last output: {words} · Probe: {probe} · Check that the probe fits. Add --exercise for what the application does before it fails.",
	"not-answered-in-cage-nothing-missing-silent":
		"{name} does not answer in its cage and prints nothing, although nothing that succeeded in the trace is missing. Probe: {probe} · Check that the probe fits. Look for an option that makes {name} log to stderr.",
	"not-answered-in-cage-silent":
		"{name} does not answer in its cage and prints nothing. Missing: {missing} · Probe: {probe} · `cagewright explain {name}` shows what the cage refuses.",
	"not-answered-in-sandbox":
		"{command} runs in the sandbox but does not answer the probe{service?, although % works on this host}. {ports?It listens on %. }{refused?It was refused last: %. }{away?The sandbox and trials reach neither other machines nor abstract sockets of the host, so it could not connect to %. }Check the probe, or give one that the application answers without other programs and machines: --probe 'COMMAND'. Probe: {probe}{words? · Its last output: %}",
	"not-answered-on-host":
		"{command} runs but does not answer the probe outside a cage. {ports?It listens on %. }Check the account and the command, or provide another probe: --probe 'COMMAND'. Probe: {probe}{words? · Its last output: %}",
	"not-answered-refused":
		"{command} does not answer{words?: %}. The sandbox refused {calls}, and so does every cage; no option permits it. If it cannot do without, look for an option to disable it. Otherwise check the probe: {probe}",
	"not-answered-unreachable":
		"{command} runs but does not answer the probe{words?: %}. It asked for {paths}, which belongs to a service of this host that the application may not reach. To permit it, add {options}. Probe: {probe}",
	"sandbox-disk-full":
		"{command} filled the disk in the sandbox. Cagewright stopped it and removed what it wrote. Free some space, or check why it writes so much.",
};
