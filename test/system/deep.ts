import { execFileSync } from "node:child_process";

/** One chdir(2) a level: a shell would put the whole path together. */
const perl = `my ($top, $command) = @ARGV;
chdir $top or die $!;
my $name = "d" x 200;
for (1 .. 25) { mkdir $name; chdir $name or die $! }
exec "/bin/sh", "-c", $command;`;

/** Makes directories below one, deeper than PATH_MAX (4096 bytes) can name, and runs a command in the last. */
export function makeDeep(top: string, command: string): void {
	execFileSync("perl", ["-e", perl, top, command]);
}
