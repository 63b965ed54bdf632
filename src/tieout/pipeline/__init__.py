"""The corridor of the river: one vendor file, one folder of reference data, one billing period.

Each function stages its files, checks the borders, and publishes everything in one catalog
transaction; whatever happens before that leaves only orphan files in the lake.
"""

from tieout.pipeline.backup import back_up
from tieout.pipeline.change import (
    Place,
    Stored,
    answer_again,
    change_rows,
    end_record,
    put_record,
)
from tieout.pipeline.check import check_vendor
from tieout.pipeline.chosen_drafts import Choice
from tieout.pipeline.credit import Credit, credit_invoice
from tieout.pipeline.custom_charge import Charge, CustomInvoice, charge_by_hand
from tieout.pipeline.document import discard_document
from tieout.pipeline.explain import explain_line, explain_named, explain_seen
from tieout.pipeline.filed_match import keep_match
from tieout.pipeline.job_desk import cancel_job, find_job, list_jobs, submit_job
from tieout.pipeline.keep import utc_text, write_text
from tieout.pipeline.line_decisions import recorded_decisions, set_line_aside, take_line_back
from tieout.pipeline.load import Wishes, load_delivery, load_files
from tieout.pipeline.manual_line import ManualLine, add_manual_line
from tieout.pipeline.match_files import match_files
from tieout.pipeline.outage import outage
from tieout.pipeline.period import run_period
from tieout.pipeline.postings import SYNTAXES, Books, postings, refuse_other_file
from tieout.pipeline.prices import load_prices
from tieout.pipeline.quotes import quote
from tieout.pipeline.reference import export_reference, load_reference
from tieout.pipeline.restore import is_unfinished, restore
from tieout.pipeline.run_diff import diff_runs
from tieout.pipeline.sources import deliveries
from tieout.pipeline.standing import loaded_since, newest_load, published_run
from tieout.pipeline.summary import (
    SummaryWish,
    discard_summary,
    move_summaries,
    names_summaries,
    recorded_summaries,
    summarize,
)
from tieout.pipeline.totals import control_totals
from tieout.pipeline.trail import check_audit, newest_entry, read_audit
from tieout.pipeline.upkeep import (
    ANSWER_DAYS,
    certificate_of,
    collect_orphans,
    forget_answers,
    parked_lines,
    rejected_rows,
)
from tieout.pipeline.vendor_certificate import vendor_certificates
from tieout.pipeline.verify_store import rehash_lake, verify_store
from tieout.pipeline.what_if import what_if
from tieout.pipeline.word import Word
from tieout.pipeline.work import Worker, do_next, let_go
from tieout.pipeline.workflow import move_on, verify_invoices

__all__ = [
    "ANSWER_DAYS",
    "SYNTAXES",
    "Books",
    "Charge",
    "Choice",
    "Credit",
    "CustomInvoice",
    "ManualLine",
    "Place",
    "Stored",
    "SummaryWish",
    "Wishes",
    "Word",
    "Worker",
    "add_manual_line",
    "answer_again",
    "back_up",
    "cancel_job",
    "certificate_of",
    "change_rows",
    "charge_by_hand",
    "check_audit",
    "check_vendor",
    "collect_orphans",
    "control_totals",
    "credit_invoice",
    "deliveries",
    "diff_runs",
    "discard_document",
    "discard_summary",
    "do_next",
    "end_record",
    "explain_line",
    "explain_named",
    "explain_seen",
    "export_reference",
    "find_job",
    "forget_answers",
    "is_unfinished",
    "keep_match",
    "let_go",
    "list_jobs",
    "load_delivery",
    "load_files",
    "load_prices",
    "load_reference",
    "loaded_since",
    "match_files",
    "move_on",
    "move_summaries",
    "names_summaries",
    "newest_entry",
    "newest_load",
    "outage",
    "parked_lines",
    "postings",
    "published_run",
    "put_record",
    "quote",
    "read_audit",
    "recorded_decisions",
    "recorded_summaries",
    "refuse_other_file",
    "rehash_lake",
    "rejected_rows",
    "restore",
    "run_period",
    "set_line_aside",
    "submit_job",
    "summarize",
    "take_line_back",
    "utc_text",
    "vendor_certificates",
    "verify_invoices",
    "verify_store",
    "what_if",
    "write_text",
]
