export const accountsEn = {
	runsAs: "The application is started as {name} (uid {uid}).",
	runsAsRoot: "The application is started as root and keeps only the capabilities that it was seen to need.",
	leftOut:
		"Left out: {users:count} of the host's users and {groups:count} of its groups. No password hash and no login shell goes in.",
	user: "user",
	group: "group",
};
