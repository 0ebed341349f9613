# names.sh - sourced: the names that programs link with, and that programs of old record. All are one library.
#
# The first is the library's own. Read by packaging/install.sh, c-tests/build.sh and c-tests/api/run.sh.
library_names="tibemsufo tibems tibemslookup tibemsadmin tibemsufo64 tibems64 tibemslookup64 tibemsadmin64"
