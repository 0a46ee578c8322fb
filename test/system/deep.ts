import { execFileSync } from "node:child_process";

/** One chdir(2) per level, because a shell would assemble the whole path. */
const perl = `my ($top, $command) = @ARGV;
chdir $top or die $!;
my $name = "d" x 200;
for (1 .. 25) { mkdir $name; chdir $name or die $! }
exec "/bin/sh", "-c", $command;`;

/** Creates nested directories deeper than PATH_MAX (4096 bytes), and runs a command in the innermost. */
export function makeDeep(top: string, command: string): void {
	execFileSync("perl", ["-e", perl, top, command]);
}
