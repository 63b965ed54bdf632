"""Every format of a vendor's invoice files, and the documented ones that are something else."""

from tieout.intake import focus, ms_daily_rated, ms_legacy_licence, ms_legacy_usage, ms_nce_recon
from tieout.intake.form import Form
from tieout.intake.ms_prices import OFFER_MATRIX, SHEETS
from tieout.intake.recognition import Elsewhere

FORMS: tuple[Form, ...] = (
    focus.FORM,
    ms_daily_rated.FORM,
    ms_legacy_licence.FORM,
    ms_legacy_usage.FORM,
    ms_nce_recon.FORM,
)

_PRICELESS = Elsewhere(*OFFER_MATRIX, "which has no prices and no charges; nothing loads it")

# What `load` is given and another command takes, and the other way round.
NO_INVOICE = (
    *(
        Elsewhere(sheet.code, one, "no invoice file; `tieout reference prices` loads it")
        for sheet in SHEETS
        for one in sheet.signatures
    ),
    _PRICELESS,
)
NO_SHEET = (
    *(
        Elsewhere(form.code, one, "no price sheet; `tieout load` loads it")
        for form in FORMS
        for one in form.signatures
    ),
    _PRICELESS,
)
