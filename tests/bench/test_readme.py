"""The short table of readme.py, on made-up results: what counts as fastest, what is left out, what replace() leaves alone."""
import pathlib
import tempfile
import unittest

import readme


def row(median, difference=1e-7, version="1.0"):
    return {"median_ms": median, "difference": difference, "version": version, "times_ms": [[median], [median]]}


MACHINE = {"date": "today", "cpu": "a CPU", "load": "0", "compiler": "cc", "command": "make bench"}
RESULTS = {
    "one": {"1": {"cnnc": row(2.0), "onnxruntime": row(4.0), "mnn": row(3.0)}},
    "two": {"1": {"cnnc": row(2.0), "onnxruntime": row(16.0), "mnn": {"failure": "crashed"}}},
    "wrong": {"1": {"cnnc": row(2.0), "onnxruntime": row(1.0, difference=0.5), "mnn": row(1.0)}},
}


class Section(unittest.TestCase):
    def setUp(self):
        lines = readme.section(MACHINE, RESULTS)
        self.text = "\n".join(lines)
        self.cells = {line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")[2:-1]] for line in lines if "|" in line}

    def test_rows(self):
        self.assertEqual(self.cells["one"], ["2.00", "4.00", "3.00", "2.00x", "1.50x", "1e-07"])
        self.assertEqual(self.cells["two"], ["2.00", "16.00", "-", "8.00x", "8.00x", "1e-07"])

    def test_wrong_results_are_no_rivals(self):
        self.assertEqual(self.cells["wrong"], ["2.00", "1.00 (wrong)", "1.00", "-", "0.50x", "1e-07"])

    def test_mean(self):
        self.assertEqual(self.cells["geometric mean"][-3:-1], ["4.00x", "1.82x"])

    def test_origin(self):
        for words in ("Median of 2 interleaved rounds", "today", "a CPU", "ONNX Runtime 1.0, MNN 1.0", "`make bench`"):
            self.assertIn(words, self.text)
        self.assertNotIn("OpenVINO 1", self.text)


class Replace(unittest.TestCase):
    BEGIN, END = readme.marks("bench")

    def replaced(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "README.md"
            path.write_text(text)
            readme.replace(path, "bench", ["new"])
            return path.read_text()

    def test_between_the_marks(self):
        self.assertEqual(self.replaced(f"a\n{self.BEGIN}\nold\n{self.END}\nb\n"), f"a\n{self.BEGIN}\nnew\n{self.END}\nb\n")

    def test_marks_missing(self):
        for text in ("", f"{self.BEGIN}\n", f"{self.END}\n{self.BEGIN}\n", 2 * f"{self.BEGIN}\n{self.END}\n"):
            with self.assertRaises(SystemExit):
                self.replaced(text)


if __name__ == "__main__":
    unittest.main()
