/** For a program that cannot load its own files, and so no catalogue either. `error` is the system's, such as `EMFILE: too many open files`. */
export const unloadable = (error: string) =>
	`The program cannot read its own files (${error}). Raise the limit of open files (ulimit -n 1024), or install it again.`;

/** For a program whose files were replaced while it ran. */
export const replaced = "Cagewright was replaced by another version while this command ran. Run the command again.";
