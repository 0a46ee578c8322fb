"""Makes libseccomp's program of a seccomp profile: seccomp-profile.py PROFILE PROGRAM. Prints the calls that this libseccomp does not know."""

import json
import sys

import seccomp

profile = json.load(open(sys.argv[1]))
actions = {"SCMP_ACT_ALLOW": seccomp.ALLOW, "SCMP_ACT_KILL_PROCESS": seccomp.KILL_PROCESS}
comparisons = {"SCMP_CMP_MASKED_EQ": seccomp.MASKED_EQ, "SCMP_CMP_EQ": seccomp.EQ, "SCMP_CMP_NE": seccomp.NE}
unknown = []
program = seccomp.SyscallFilter(seccomp.ERRNO(profile["defaultErrnoRet"]))
for rule in profile["syscalls"]:
    # libseccomp accepts no rule with the default action.
    if rule.get("errnoRet") == profile["defaultErrnoRet"]:
        continue
    action = seccomp.ERRNO(rule["errnoRet"]) if rule["action"] == "SCMP_ACT_ERRNO" else actions[rule["action"]]
    args = [seccomp.Arg(one["index"], comparisons[one["op"]], one["value"], one.get("valueTwo", 0)) for one in rule.get("args", [])]
    for name in rule["names"]:
        if seccomp.resolve_syscall(seccomp.Arch(), name) < 0:
            unknown.append(name)
        else:
            program.add_rule_exactly(action, name, *args)
with open(sys.argv[2], "wb") as file:
    program.export_bpf(file)
print(json.dumps(unknown))
