"""What is typed when a case is checked, decided and put right."""

from __future__ import annotations

from wtforms import BooleanField, Form, StringField, ValidationError
from wtforms.validators import AnyOf, DataRequired, Length

from portal.cases import money
from portal.cases.assessment import NoReason, Verdict
from portal.cases.models import OUTCOMES
from portal.cases.redaction import REASONS
from portal.cases.remedies import Offer
from portal.cases.remedy_models import REMEDIES, WITH_MONEY
from portal.desk.forms import DueForm
from portal.forms import clean, words
from portal.languages import gettext as _
from portal.languages import lazy_gettext as _l

LONGEST = 5000


class FindingForm(Form):
    """One thing that was checked."""

    demand = StringField(filters=[clean], validators=[Length(max=300)])
    found = words(_l("Write what you found."), LONGEST)
    source = words(_l("Say where you looked: a log, a camera, a colleague, a record."), 300)
    standard = StringField(filters=[clean], validators=[Length(max=300)])


class VerdictForm(Form):
    """The three tests, what follows from them, and why."""

    factual = BooleanField()
    in_scope = BooleanField()
    can_act = BooleanField()
    outcome = StringField(validators=[AnyOf(OUTCOMES, message=_l("Choose what the outcome is."))])
    reason = StringField(filters=[clean])
    clause = StringField(filters=[clean], validators=[Length(max=200)])
    explanation = words(_l("Explain it in plain words. The customer reads this."), LONGEST)

    @property
    def verdict(self) -> Verdict:
        return Verdict(
            factual=bool(self.factual.data),
            in_scope=bool(self.in_scope.data),
            can_act=bool(self.can_act.data),
            outcome=self.outcome.data or "",
            reason=self.reason.data or "",
            clause=self.clause.data or "",
        )

    def validate_outcome(self, field: StringField) -> None:
        """Outcome, tests and reason have to fit together; the error stands at the one that does not."""
        if field.data not in OUTCOMES:
            return
        verdict = self.verdict
        failed = not (verdict.factual and verdict.in_scope and verdict.can_act)
        if (field.data == "upheld") == failed:
            raise ValidationError(
                _("A case is upheld when all three tests hold, and only then. Look at the ticks once more.")
            )

    def validate_reason(self, field: StringField) -> None:
        try:
            self.verdict.check()
        except NoReason as wrong:
            if self.outcome.data in OUTCOMES and str(wrong) not in (*OUTCOMES, "clause"):
                raise ValidationError(_("Choose the reason that belongs to the test which does not hold.")) from None

    def validate_clause(self, field: StringField) -> None:
        if self.outcome.data == "not_upheld" and not field.data:
            raise ValidationError(_("Name the clause or the rule that it rests on."))


class OfferForm(DueForm):
    """A remedy. `due` is by when it reaches the customer."""

    kind = StringField(validators=[AnyOf(REMEDIES, message=_l("Choose what you offer."))])
    sum = StringField(filters=[clean])
    currency = StringField()
    words = words(_l("Say in plain words what the customer gets."), 1000)
    reason = StringField(filters=[clean], validators=[Length(max=1000)])
    goodwill = BooleanField()

    def validate_sum(self, field: StringField) -> None:
        with_money = self.kind.data in WITH_MONEY
        if not with_money:
            if field.data:
                raise ValidationError(_("Only a refund, a compensation or a voucher has a sum."))
            return
        try:
            if money.read(field.data or "", self.currency.data or "") > 0:
                return
        except money.NotASum:
            pass
        raise ValidationError(_("Give a sum such as 12.50, in one of the currencies of the list."))

    @property
    def offer(self) -> Offer:
        with_money = self.kind.data in WITH_MONEY
        return Offer(
            kind=self.kind.data or "",
            words=self.words.data or "",
            deliver_by=self.due_at,
            amount=money.read(self.sum.data or "", self.currency.data or "") if with_money else None,
            currency=self.currency.data if with_money else None,
            reason=self.reason.data or "",
            goodwill=bool(self.goodwill.data),
        )


class ProofForm(Form):
    proof = words(_l("Say how one can tell that it has arrived: a transfer's number, a receipt, a signature."), 500)


class PartsForm(Form):
    """One part a line."""

    titles = words(_l("Write each part on a line of its own."), 1200)

    @property
    def lines(self) -> list[str]:
        return [line.strip()[:160] for line in (self.titles.data or "").splitlines() if line.strip()]


class MergeForm(Form):
    into = StringField(filters=[clean], validators=[DataRequired(_l("Give the number of the other case."))])


class RemovalForm(Form):
    reason = StringField(validators=[AnyOf(REASONS, message=_l("Choose why it is removed."))])


class TaskForm(Form):
    note = words(_l("Say what was changed."), 1000)


class GoodwillForm(Form):
    sum = StringField(filters=[clean])
    currency = StringField(validators=[AnyOf(list(money.CURRENCIES), message=_l("Choose a currency."))])

    def validate_sum(self, field: StringField) -> None:
        try:
            money.read(field.data or "", self.currency.data or "")
        except money.NotASum:
            raise ValidationError(_("Give a sum such as 12.50, or 0 for none.")) from None
