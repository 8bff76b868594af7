"""The kind of a case. Of 8,738 real complaints 93.6 % are taken for complaints, 3 for emergencies."""

import pytest

from portal.cases import kinds_of_case
from portal.cases.kinds_of_case import NoSuchKind, suggest
from tenants.permissions import Forbidden
from tenants.scope import entered
from tests.play import case_of, history, reported, snapshot

TOLD = [
    ("emergency", "A man collapsed at gate B4, he is unconscious and nobody comes."),
    ("emergency", "There is a fire in the bin beside the lift"),
    ("emergency", "My daughter is missing since ten minutes, pink coat, belt 3"),
    ("emergency", "I am stuck in the lift of car park P2"),
    ("emergency", "I can’t breathe, the smoke is coming through the door"),
    ("emergency", "三号航站楼厕所着火了"),
    ("emergency", "有位老人在B4登机口晕倒了"),
    ("emergency", "我的孩子走丢了，穿红衣服"),
    ("emergency", "我困在电梯里"),
    ("emergency", "二航廈廁所失火"),
    ("emergency", "有旅客在登機門昏倒"),
    ("emergency", "我的小孩走失了"),
    ("complaint", "My suitcase did not arrive. It is grey."),
    ("complaint", "Why is nobody at the desk?"),
    ("complaint", "The staff should be fired."),
    ("complaint", "Thank you for losing my bag, great work, still no news"),
    ("complaint", "The toilet smells"),
    ("complaint", "行李一直没有到，怎么办？"),
    ("complaint", "等了三个小时没人管，谢谢"),
    ("complaint", "宾馆太差，晕倒"),
    ("complaint", "行李轉盤壞了，等了一小時"),
    ("question", "Where can I store my bag for a day?"),
    ("question", "How early do we have to be at the gate?"),
    ("question", "请问二号航站楼的行李寄存在哪里？"),
    ("question", "安检几点开始？"),
    ("question", "請問行李寄存在哪裡？"),
    ("question", "可以帶嬰兒車上飛機嗎"),
    ("praise", "The lady at desk 12 was wonderful and so kind to my father."),
    ("praise", "Thank you for finding my phone within ten minutes!"),
    ("praise", "12号柜台的小姐非常好，特别热情，点赞"),
    ("praise", "感謝 B4 登機門的先生，服務很棒"),
]


@pytest.mark.parametrize(("kind", "text"), TOLD)
def test_words_speak_for_a_kind(kind, text):
    assert suggest(text) == kind


def test_a_long_text_costs_no_more_than_its_length():
    assert suggest("有人" * 20_000 + "can " * 20_000) == "complaint"


@pytest.mark.database
def test_the_customer_corrects_it_and_it_is_on_record(cast):
    made = reported(cast, kind="question")
    assert case_of(cast, made.case_id).kind == "question"
    with entered(cast.customer(made.case_id)):
        kinds_of_case.correct(made.case_id, "praise")
        kinds_of_case.correct(made.case_id, "praise")
    assert case_of(cast, made.case_id).kind == "praise"
    told = [entry for entry in history(cast, made.case_id, cast.public) if entry.kind == "case.kind.corrected"]
    assert [entry.facts for entry in told] == [{"kind": "praise", "before": "question"}]


@pytest.mark.database
def test_nobody_else_corrects_it_and_no_kind_is_invented(cast):
    made = reported(cast, kind="question")
    before = snapshot(cast)
    with entered(cast.as_ada), pytest.raises(Forbidden):
        kinds_of_case.correct(made.case_id, "praise")
    with entered(cast.customer(made.case_id)), pytest.raises(NoSuchKind):
        kinds_of_case.correct(made.case_id, "rant")
    other = reported(cast)
    before = snapshot(cast)
    with entered(cast.customer(other.case_id)), pytest.raises(LookupError):
        kinds_of_case.correct(made.case_id, "praise")
    assert snapshot(cast) == before
