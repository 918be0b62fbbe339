"""`autograder seal` and `autograder audit`: nobody changes a recorded score unseen, and a learner can show theirs."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from autograder.cli.grading import RecordsOption
from autograder.cli.paths import find_course
from autograder.cli.progress import Progress
from autograder.errors import PathError
from autograder.files import validate_file_name, write_atomically

if TYPE_CHECKING:
    from autograder.records import Records
    from autograder.records.log import StoredSeal
    from autograder.results import Result
    from autograder.sealing.audit import Report
    from minichain.crypto.keys import PrivateKey, PublicKey

SEALS: Final = "seals"
_SHOWN: Final = 100
"""How many findings are printed; `--json` has all."""


def seal(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that was graded.")],
    key: Annotated[Path, typer.Option("--key", help="The private key that seals, from `minichain key new`; only its owner may read it.")],
    regrade: Annotated[
        str | None,
        typer.Option("--regrade", metavar="REASON", help="Also seal what was sealed before and has changed: the reason is recorded."),
    ] = None,
    records: RecordsOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where the seals go. Default: seals beside `submitted`.")] = None,
) -> None:
    """Seal the results that were recorded since the last seal, and write the seal that is to be published.

    A seal is one signed line: it binds all results that it was made over and all seals before it, and tells nothing about anybody. Publish
    seals/<number>.json where others keep it; from then on autograder audit finds whatever is changed, taken out or put in.

    The key is a file that the operator makes once (minichain key new grading) and keeps; with a password in MINICHAIN_KEY_PASSWORD if it
    has one. autograder grade --seal-key FILE seals a batch as soon as it is graded, its regrades included.

    A score that was sealed and has changed since stays as it was sealed, and an audit names it, unless --regrade gives a reason.
    """
    from autograder.records import Records
    from autograder.records.log import SealLog
    from autograder.sealing.keys import read_sealing_key
    from autograder.sealing.write import find_changed, publish, seal_new, seal_regraded

    private = read_sealing_key(key)
    place = find_course(folder)
    target = out or place.root / SEALS
    if regrade is not None and not regrade.strip():
        raise PathError("--regrade: write down why these scores changed")
    with Records(records or place.records) as store:
        log = SealLog(store)
        publish(log, target)  # before anything is sealed: it refuses records that are not those of the published seals
        made = seal_new(log, private)
        if regrade is not None:
            made += seal_regraded(log, private, find_changed(log), regrade.strip())
        publish(log, target)
    tell_seals(made, target)


def tell_seals(made: "list[StoredSeal]", folder: Path) -> None:
    """Print where new seals are."""
    for stored in made:
        told = json.loads(stored.text)
        regrades = f", {told['regrades']} of them graded again" if told["regrades"] else ""
        print(f"{folder / f'{stored.number:06}.json'}: {told['records']} results{regrades}", file=sys.stderr)
    if made:
        print(f"publish: {folder / f'{made[-1].number:06}.json'}", file=sys.stderr)
    else:
        print("nothing to seal: every final result is under a seal", file=sys.stderr)


class Sealing:
    """What a batch does about its seal: nothing, unless there is a key."""

    def note(self, results: "Sequence[Result]") -> None:
        """Hear of results that were recorded."""

    def apply(self, store: "Records") -> None:
        """Seal the batch."""


@dataclass(slots=True)
class SealingBatch(Sealing):
    """A batch that is sealed when it is graded. What it graded again is known to be a regrade."""

    key: "PrivateKey"
    folder: Path
    ids: set[str] = field(default_factory=set)

    def note(self, results: "Sequence[Result]") -> None:
        """Remember what was graded."""
        from autograder.records.rows import compute_id

        self.ids.update(compute_id(result.key) for result in results)

    def apply(self, store: "Records") -> None:
        """Seal what is new, then what was graded again, and write the seals."""
        from autograder.records.log import SealLog
        from autograder.sealing.write import publish, seal_new, seal_regraded

        log = SealLog(store)
        publish(log, self.folder)
        made = seal_new(log, self.key) + seal_regraded(log, self.key, self.ids, "graded again by autograder grade")
        publish(log, self.folder)
        tell_seals(made, self.folder)


def find_sealing(key: Path | None, root: Path) -> Sealing:
    """Return what a batch does about its seal. The key is read before anything is graded."""
    if key is None:
        return Sealing()
    from autograder.sealing.keys import read_sealing_key

    return SealingBatch(read_sealing_key(key), root / SEALS)


def audit(
    root: Annotated[Path, typer.Option("--root", help="A published seal, from a source that you trust.")],
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The folder that was graded. Not needed with --proof.")] = None,
    records: RecordsOption = None,
    signer: Annotated[Path | None, typer.Option("--signer", help="The public key that must have signed the seal.")] = None,
    learner: Annotated[str | None, typer.Option("--learner", help="Write this learner's proofs to --out instead of an audit.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Where proofs go: OUT/<learner>/<lab>.json.")] = Path("proofs"),
    proof: Annotated[Path | None, typer.Option("--proof", help="Check this proof of a score; the records are not needed.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hold the records against a published seal: has any score changed outside a recorded regrade?

    Names each result that was changed, taken out or put in, each seal that is missing or forged, and each recorded regrade with its reason.
    Use the latest seal that was published: what came after it rests on the key alone.

    With --learner, writes proofs of that learner's own scores: plain JSON that shows nobody else's. Whoever has a proof and the published
    seal checks it with --proof, or without this program, as the guide shows.

    Ends with 0 if everything holds, with 1 if something does not, with 2 if the seal or the proof is not right.
    """
    from autograder.sealing.keys import read_signer
    from autograder.sealing.seals import parse_seal, read_json

    published = parse_seal(read_json(root))
    key = read_signer(signer) if signer else None
    if proof is not None:
        _check_proof(proof, published, key, as_json)
    elif folder is None:
        raise PathError("name the folder that was graded, or a proof with --proof")
    elif learner is not None:
        _write_proofs(records or find_course(folder).records, learner, published, out)
    else:
        _audit(records or find_course(folder).records, published, key, as_json)


def _audit(place: str | Path, published: "StoredSeal", signer: "PublicKey | None", as_json: bool) -> None:
    from dataclasses import asdict

    from autograder.records import Records
    from autograder.records.log import SealLog
    from autograder.sealing.audit import audit_records
    from autograder.sealing.seals import describe_key, get_signer, read_seal

    with Records(place) as store, Progress("checking", SealLog(store).count_results()) as progress:
        report = audit_records(SealLog(store), published, signer, progress.advance)
    if as_json:
        print(json.dumps(asdict(report), ensure_ascii=False))
    else:
        _tell(report)
    seal = read_seal(published)
    print(f"signed by {describe_key(get_signer(seal))}" + ("" if signer else "; is that the programme's key? (--signer)"), file=sys.stderr)
    if report.findings:
        raise typer.Exit(1)


def _tell(report: "Report") -> None:
    for regrade in report.regrades[:_SHOWN]:
        print(f"regraded in seal {regrade.seal}: {regrade.learner}/{regrade.lab}: {regrade.text} ({regrade.reason})")
    for finding in report.findings[:_SHOWN]:
        who = f"{finding.learner}/{finding.lab}: " if finding.lab else ""
        print(f"{finding.kind.upper()}: {who}{finding.text}")
    if (more := len(report.findings) - _SHOWN) > 0:
        print(f"… and {more:,} more (--json has all)")
    counted = f"{report.results:,} results, {report.seals:,} seals, {len(report.regrades):,} recorded regrades"
    counted += f", {report.forgotten:,} results of people who were forgotten" if report.forgotten else ""
    holds = "no score changed outside a recorded regrade" if not report.findings else f"{len(report.findings):,} things do not hold"
    print(f"{counted}: {holds}")


def _write_proofs(place: str | Path, learner: str, published: "StoredSeal", out: Path) -> None:
    from autograder.records import Records
    from autograder.records.log import SealLog
    from autograder.sealing.entries import get_record
    from autograder.sealing.proofs import build_proofs

    with Records(place) as store:
        proofs = build_proofs(SealLog(store), learner, published)
    if not proofs:
        raise PathError(f"no result of {learner!r} is under this seal or one before it")
    newest = {get_record(each["entry"])["lab"]: each for each in proofs}  # of several attempts the last
    for lab, each in newest.items():
        path = out / validate_file_name(learner) / f"{validate_file_name(lab)}.json"
        write_atomically(path, (json.dumps(each, indent=1) + "\n").encode())
        print(path)


def _check_proof(path: Path, published: "StoredSeal", signer: "PublicKey | None", as_json: bool) -> None:
    from autograder.messages import clean
    from autograder.sealing.proofs import LARGEST_PROOF, validate_proof
    from autograder.sealing.seals import describe_key, get_signer, read_json

    record, seal = validate_proof(read_json(path, LARGEST_PROOF), published, signer)
    if as_json:
        print(json.dumps({"record": record, "seal": seal.number, "time": seal.time}, ensure_ascii=False))
        return
    print(f"{clean(str(record['learner']))} has {record['score']:g} of {record['max_score']:g} points in {clean(str(record['lab']))}")
    print(f"sealed on {seal.time} as one of {seal.records:,} results in seal {seal.number}, signed by {describe_key(get_signer(seal))}")
