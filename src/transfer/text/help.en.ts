/** Help of the verbs that move a cage to another machine or engine. */
export const transferHelpEn = {
	export: {
		about: "Write a cage to an archive, or for another engine",
		details: "`import` creates the cage from the archive on another machine with the same processor architecture.",
		format:
			"tar: the whole cage. oci: an image for podman, Docker and Kubernetes. quadlet: units for podman. kubernetes: objects for a cluster. portable: a portable service. seccomp: its system call filter",
		output: "Write to this new file or folder (default: stdout)",
		withData: "Include the application's data; stop the application first",
		allowSecretExport: "Put secrets of the cage into the image",
	},
	import: {
		about: "Verify, show and test an exported cage",
		details: "Its probes run as root, so `import` shows them and asks.",
		name: "Give the cage another name",
		yes: "Import without asking: its probes run as root",
		dryRun: "Verify and show the archive, import nothing",
		trial: "Do not test whether it answers here",
		allowSecret: "Let later builds copy this secret of this machine, as the archive asks",
		allowWrite: "Let the cage write to this directory of persons or other services, which it mounts, or replace this file",
		allowSetuid: "Import this file with its setuid or setgid bit",
	},
};
