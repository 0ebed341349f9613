#!/usr/bin/env python3
"""Tests of check_header.py: comments that lack something or say otherwise than calls are found, and good ones are not."""
import pathlib
import re
import sys
import tempfile
import unittest

import check_header

HEADER = """
#define TIBEMS_GOOD 1
typedef enum {
    TIBEMS_OK = 0,
    TIBEMS_ILLEGAL_STATE = 1,
    TIBEMS_SERVER_NOT_CONNECTED = 11,
    TIBEMS_INVALID_ARG = 20,
    TIBEMS_TIMEOUT = 50,
    TIBEMS_INVALID_CONNECTION = 100,
    TIBEMS_UFO_CONNECTION_FAILURE = 240,
    TIBEMS_NOT_IMPLEMENTED = 255,
} tibems_status;

/**
 * Gives the name of `thing` in `name`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL
 * output.
 */
tibems_status tibemsThing_GetName(tibemsThing thing,
                                  const char **name);

/**
 * Waits for `thing` up to `timeout` milliseconds. Needs the server.
 *
 * Statuses: those of tibemsThing_GetName; TIBEMS_TIMEOUT; TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsThing_Wait(tibemsThing thing, tibems_long timeout);

/**
 * Deprecated: tibemsThing_Wait.
 *
 * Statuses: those of tibemsThing_Wait.
 */
tibems_status tibemsThing_Pause(tibemsThing old_thing, tibems_long span);

/**
 * Returns a TIBEMS_GOOD number.
 */
tibems_int tibemsThing_Number(void);
"""
GOOD = {
    "tibemsThing_GetName": ({"TIBEMS_OK", "TIBEMS_INVALID_ARG"}, set()),
    "tibemsThing_Wait": ({"TIBEMS_OK", "TIBEMS_TIMEOUT"}, {"TIBEMS_INVALID_CONNECTION"}),
    "tibemsThing_Pause": ({"TIBEMS_OK", "TIBEMS_UFO_CONNECTION_FAILURE"}, set()),
}


class Comments(unittest.TestCase):
    def wrong(self, old="", new="", unbuilt=None, record=None):
        self.assertIn(old, HEADER)
        return [f"{name} {problem}" for name, problem in check_header.check(HEADER.replace(old, new, 1), unbuilt or {}, record)]

    def finds(self, what, *arguments, **named):
        found = self.wrong(*arguments, **named)
        self.assertTrue(any(re.search(what, problem) for problem in found), f"{what} is not in {found}")

    def test_good_ones(self):
        self.assertEqual(self.wrong(), [])
        self.assertEqual(self.wrong(record=GOOD), [])
        self.assertEqual(self.wrong("TIBEMS_TIMEOUT; ", "TIBEMS_NOT_IMPLEMENTED; ", unbuilt={"tibemsThing_Wait": False}), [])

    def test_a_function_is_read(self):
        function = check_header.functions(HEADER)["tibemsThing_GetName"]
        self.assertEqual(function.parameters, ["thing", "name"])
        self.assertEqual(function.statuses, {"TIBEMS_OK", "TIBEMS_INVALID_ARG"})
        self.assertEqual(len(check_header.functions(HEADER)), 4)

    def test_what_a_comment_lacks(self):
        self.finds("GetName does not name `thing`", "`thing` in", "it in")
        self.finds("GetName has not exactly one paragraph of statuses", "Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG", "It may fail")
        self.finds("GetName names TIBEMS_INVALID_ARGS, which is no status", "TIBEMS_INVALID_ARG for", "TIBEMS_INVALID_ARGS for")
        self.finds("Number names TIBEMS_BAD, which does not exist", "a TIBEMS_GOOD", "a TIBEMS_BAD")
        self.finds("Number names tibemsThing_Count, which", "a TIBEMS_GOOD number", "tibemsThing_Count")
        self.finds("Number names statuses and returns none", "a TIBEMS_GOOD number.", "a number.\n *\n * Statuses: TIBEMS_OK.")
        self.finds("Number has no comment", "/**\n * Returns a TIBEMS_GOOD number.\n */\n")
        self.finds("GetName is a getter and says that it stores", "Gives the name", "Stores the name")
        self.finds("Wait has a time without a unit", "milliseconds", "at most")
        self.finds("Wait can fail for want of a server", "Needs the server", "Asks somebody")
        self.finds("Wait needs the server and does not name", "; TIBEMS_UFO_CONNECTION_FAILURE")
        self.finds("Pause is followed by tibemsThing_Rest", "Deprecated: tibemsThing_Wait", "Deprecated: tibemsThing_Rest")
        self.finds("wider than 100 columns", "Waits for", "Waits " + "and waits " * 12 + "for")

    def test_what_is_not_built(self):
        self.finds("GetName is not built and does not name", unbuilt={"tibemsThing_GetName": False})
        self.finds("GetName is not built at all and names TIBEMS_OK", unbuilt={"tibemsThing_GetName": True})

    def test_what_calls_returned(self):
        def changed(name, ordinary, child=()):
            return {**GOOD, name: (set(ordinary), set(child))}

        self.finds("GetName has returned TIBEMS_TIMEOUT", record=changed("tibemsThing_GetName", ["TIBEMS_OK", "TIBEMS_TIMEOUT"]))
        self.finds("GetName has returned TIBEMS_INVALID_CONNECTION", record=changed("tibemsThing_GetName", ["TIBEMS_OK", "TIBEMS_INVALID_CONNECTION"]))
        self.finds("GetName has returned TIBEMS_TIMEOUT in a forked child", record=changed("tibemsThing_GetName", ["TIBEMS_OK"], ["TIBEMS_TIMEOUT"]))
        self.finds("GetName has returned 77,", record=changed("tibemsThing_GetName", ["TIBEMS_OK", "77"]))
        self.finds("Wait names TIBEMS_OK, which no call", record=changed("tibemsThing_Wait", ["TIBEMS_TIMEOUT"]))
        part = changed("tibemsThing_Wait", ["TIBEMS_TIMEOUT"])
        self.assertEqual(list(check_header.check(HEADER, {}, part, whole=False)), [])
        self.finds("Pause has returned TIBEMS_ILLEGAL_STATE", record=changed("tibemsThing_Pause", ["TIBEMS_OK", "TIBEMS_ILLEGAL_STATE"]))

    def test_a_record_is_read(self):
        enum = check_header.statuses_of_enum(HEADER)
        data = bytearray(2 * 2 * 256)
        for place in (0, 256 + 20, 256 + 9, 2 * 256 + 100):
            data[place] = 1
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "record"
            path.write_bytes(data)
            record = check_header.read_record(path, ["one", "two"], enum)
            self.assertEqual(record, {"one": ({"TIBEMS_OK"}, {"TIBEMS_INVALID_CONNECTION"}), "two": ({"TIBEMS_INVALID_ARG", "9"}, set())})
            with self.assertRaises(SystemExit):
                check_header.read_record(path, ["one"], enum)


if __name__ == "__main__":
    run = unittest.main(exit=False).result
    bad = len(run.failures) + len(run.errors)
    print(f"{run.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad or not run.testsRun else 0)
