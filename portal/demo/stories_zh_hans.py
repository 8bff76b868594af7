"""简体中文的故事：各人自己的话、自己的事，不是别处的译文。"""

from __future__ import annotations

from portal.demo.script import (
    Story,
    accept,
    answer,
    close,
    in_language,
    keep,
    move,
    note,
    plan,
    promise,
    reply,
    take,
    write,
)

STORIES = in_language(
    "zh_Hans",
    Story(
        "8w Thu 10:20",
        "带着六个月大的孩子过安检，奶粉被倒掉半罐，说是要检查，检查完也没还给我。剩下的不够飞十个小时。",
        place="T1-SEC-2",
        category="treatment",
        wish="希望下一位妈妈不用再遇到。",
        acts=(
            plan("2h", "lena", "我们调当天的监控，并核对婴儿食品的检查规定，给您一个明确的说法。", "3d 17:00"),
            answer(
                "2d 14:30",
                "lena",
                "规定里没有“倒出来检查”这一条，是同事弄错了。婴儿食品现在改用仪器检测，不开罐。通道口放了备用奶粉，下次真有意外，我们当场补给您。让您一路担心，对不起。",
            ),
            accept("6h"),
        ),
    ),
    Story(
        "7w Tue 20:45",
        "航班延误四小时，只发了一张八欧的餐券，可是登机口附近的店都关门了，餐券第二天作废。",
        place="T2-GATE-B4",
        category="delay",
        wish="餐券能用，或者折成现金。",
        contact="zhou.qi@mail.example",
        acts=(
            take("1d 08:30", "meiling"),
            plan("20m", "meiling", "先查当晚哪些店开着，再告诉您餐券怎么处理。", "2d 12:00"),
            answer(
                "1d 15:10",
                "meiling",
                "查过了，当晚八点以后登机口一侧没有一家店营业，餐券等于白发。八欧已折现退到您的付款账户。从这个月起，餐券有效期改为三十天，晚上八点后延误直接发餐盒。",
            ),
            accept("1d 09:15"),
        ),
    ),
    Story(
        "6w Mon 09:10",
        "自动售票机的中文页面，“单程”和“往返”写反了。我买了往返，以为是单程，又买了一张。",
        place="RAIL-TVM",
        category="signs",
        acts=(
            plan("2h", "rosa", "今天就让人去看机器，改好之前先把中文页面撤下。", "3d 12:00"),
            promise("10m", "rosa", "改好的中文页面在四台机器上全部换上", "4d 18:00"),
            reply("1d 11:30", "rosa", "您说得对，两个按钮的字确实贴反了，已经有两个多月。多买的那张票款已退。"),
            answer(
                "1d 14:00", "rosa", "译文是从旧版复制过来的，没有人看过。以后每次改动，都请会中文的同事在机器前走一遍。"
            ),
            keep("2d 10:20", "rosa"),
            close("1d 09:00", "rosa"),
        ),
    ),
    Story(
        "5w Wed 16:40",
        "行李箱的轮子没了，把手也断了。转盘旁边的柜台说下班了，让我打电话，电话里让我去柜台。",
        place="T2-BELT-3",
        category="bag-damaged",
        wish="修好，或者赔一个差不多的箱子。",
        contact="wang.jb@mail.example",
        acts=(
            plan("1h", "hugo", "请您发一张照片到这里，不用再跑柜台。我们两天内告诉您是修还是赔。", "2d 17:00"),
            write("2h", "照片已拍。箱子用了三年，不要求赔新的，能拖着走就行。"),
            move("2d 15:30", "hugo", "修理店说轴已经断在里面，要拆开才知道能不能修，多等两天。", "2d 17:00"),
            answer(
                "2d 11:20",
                "hugo",
                "修不了。请到附近任何一家箱包店选一个，一百五十欧以内我们付，发票拍给我们就行。柜台和电话互相推的事也改了：现在电话里就能登记破损。",
            ),
            write("3d 19:00", "买了一个一百二的，发票已发。"),
            answer("0d 21:10", "hugo", "一百二十欧已转出，三个工作日内到账。"),
        ),
    ),
    Story(
        "4w Mon 12:15",
        "值机柜台4的小姑娘，看我爸不会用手机，把登机口和时间用大字写在纸上，还画了路线。老人一路攥着那张纸，到家了还给我们看。",
        place="T2-CHK-04",
        category="treatment",
        acts=(
            plan("3h", "meiling", "我们去找这位同事，把您的话念给她听。", "3d 12:00"),
            answer(
                "1d 10:00",
                "meiling",
                "找到了，她不让我们写名字。她说她爷爷也不用手机。现在柜台上备了大字卡片，是照着她那张纸做的。",
            ),
            accept("2h"),
        ),
    ),
    Story(
        "4w Fri 07:35",
        "停车场出口的机器只收硬币和本地银行卡，外国卡一张都不认。后面排了一长串，保安让我“想办法”。",
        place="P3-EXIT",
        category="money",
        acts=(
            plan("45m", "samir", "先把出口的人工通道打开，再查清楚为什么不认外卡。", "3d 15:00"),
            note("1h", "samir", "读卡器周三升级后只开了本地网络。供应商说下周，我要他们这周来。"),
            answer(
                "5d 16:20",
                "samir",
                "比说好的晚了。读卡器升级时漏开了外卡，现在两个出口都能用，我们拿三张外国卡一张一张试过。那天您付不了的停车费不用再付。",
            ),
        ),
    ),
    Story(
        "3w Tue 14:05",
        "网上值机选好的三个座位连在一起，登机时被拆成三排。六岁的孩子一个人坐在后面哭。空姐帮忙换，没有一个人愿意换。",
        place="APP-MD",
        category="treatment",
        wish="带小孩的座位不要再拆。",
        contact="liu.fang@mail.example",
        is_private=True,
        acts=(
            take("3h", "meiling"),
            plan("15m", "meiling", "我们查座位是什么时候、被哪个系统改的。", "2d 18:00"),
            answer(
                "2d 11:00",
                "meiling",
                "换了机型，系统按票号重新排座，没有看年龄。现在十二岁以下的孩子会先和大人排在一起，再排别人。三个选座费已退。孩子受惊了，我们很过意不去。",
            ),
            accept("1d 20:10"),
        ),
    ),
    Story(
        "2w Thu 18:50",
        "咖啡店的人听我口音，直接用很慢很大声的英语跟我说话，还比划。我在这里住了十一年。",
        place="T1-CAFE-2",
        category="treatment",
        acts=(
            plan("1d 09:20", "tomasz", "我和当班的同事坐下来谈，把经过弄清楚再答复您。", "4d 17:00"),
            answer(
                "2d 11:30",
                "tomasz",
                "谈过了。他以为那样是周到，没想到会伤人，听完您的话他沉默了很久。他想当面向您道歉，愿不愿意由您定。",
            ),
            write("1d 21:00", "不用当面了。他听进去就好。"),
            answer("1d 09:05", "tomasz", "话带到了。谢谢您愿意告诉我们，而不是换一家店。"),
        ),
    ),
    Story(
        "4d 23:15",
        "到达层的指示牌，“出租车”的箭头指向一堵墙。夜里十一点，一家五口拖着箱子转了二十分钟。",
        category="signs",
        acts=(
            plan("50m", "yue", "今晚先贴临时指示，牌子由工程队来改。", "6d 17:00"),
            promise("10m", "yue", "墙前的牌子换成对的方向", "now+190m"),
            reply("1d 10:30", "yue", "临时指示已贴。那面墙是上个月施工时立起来的，牌子没有跟着改。"),
        ),
    ),
    Story(
        "now-1560m",
        "托运的婴儿车没有到转盘，说是要去“大件行李”，可是大件行李的门锁着，按铃没人。孩子睡着了，抱了一个多小时。",
        place="T2-BELT-3",
        category="bag-late",
        wish="婴儿车送到家里。",
        contact="chen.xiaoyu@mail.example",
        acts=(
            take("now-280m", "meiling"),
            plan("now-275m", "meiling", "婴儿车找到了，在大件行李间里。今天送到您家，出发前先打电话。", "now+210m"),
            note("now-270m", "meiling", "门铃线断了，已告诉港湾地勤。司机装好车就出发。"),
        ),
    ),
    Story(
        "now-75m",
        "卫生间门口放着“清洁中”的牌子，三个小时了，里面没有人在打扫。老人等不了那么久。",
        place="T2-WC-5",
        category="clean",
    ),
    Story(
        "now-35m",
        "退票说七个工作日到账，今天第十六天了。客服每次都说“正在处理”，能不能告诉我到底卡在哪一步？",
        place="APP-MD",
        category="money",
        wish="钱退回来，并且告诉我卡在哪里。",
        contact="xu.min@mail.example",
        is_private=True,
    ),
)
