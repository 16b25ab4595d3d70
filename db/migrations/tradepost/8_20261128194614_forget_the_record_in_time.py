"""Let the worker delete audit rows that were kept for two years, and nobody any before."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(_: BaseDBAsyncClient) -> str:
    return """
        DROP TRIGGER history_is_append_only ON audit_event;
        CREATE TRIGGER history_is_append_only BEFORE UPDATE ON audit_event
            FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
        CREATE TRIGGER history_is_kept_for_two_years BEFORE DELETE ON audit_event
            FOR EACH ROW WHEN (OLD.at > now() - interval '2 years')
            EXECUTE FUNCTION history_is_append_only();

        -- As the owner: tradepost_app may not delete from this table.
        CREATE FUNCTION forget_audit_events(before timestamptz, most int) RETURNS int
            LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
            WITH forgotten AS (
                DELETE FROM audit_event WHERE id IN (
                    SELECT id FROM (SELECT id, at FROM audit_event ORDER BY id LIMIT most) AS oldest
                     WHERE at < before
                )
                RETURNING id
            )
            SELECT count(*)::int FROM forgotten
        $$;
        REVOKE ALL ON FUNCTION forget_audit_events FROM PUBLIC;
        DO $$
        BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tradepost_app') THEN
                GRANT EXECUTE ON FUNCTION forget_audit_events TO tradepost_app;
            END IF;
        END $$;
    """


async def downgrade(_: BaseDBAsyncClient) -> str:
    return """
        DROP FUNCTION forget_audit_events;
        DROP TRIGGER history_is_kept_for_two_years ON audit_event;
        DROP TRIGGER history_is_append_only ON audit_event;
        CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON audit_event
            FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
    """


# What the models were when this was written, for `aerich migrate` to compare with.
MODELS_STATE = (
    "eJztPf1z2siS/8oUVVe7W8W6Yid5Sbx3VyXbOOHFBh/gZPMer+RBGkBnMWKlkR1u3/7vNz"
    "2SQB8jkGSMBRn/YInR9Ai6pZ7+7j8bzMUmmTseO9J802KtB0JZ4xT92aB4RviJfEITNfB8"
    "nrgMYwyPbAGEYapOlnNHHp9nwMJjbHuED5nEM1xrziyHAsDXqYOMKaYTYqLHKWZHAGY6Bo"
    "ez6CR3hk+tP3yiM2dC2JS4fN4//8WHLWqS78SLPs7v9bFFbDPxuywTFhDjOlvMxdjtbfvi"
    "UsyEu490w7H9GV3Nni/Y1KHL6b5vmUcAA9cmhBIXM2LGfiT1bTtESTQUfGM+wFyfLL+quR"
    "owyRj7NqCq8Z9jnxqAIWSOjizTO6Lk8b/Drxabpuud7kDvtwa63shgFr5CCpXhkOFQoIpF"
    "GSDqz7+CdVcIEaMNuMH5J6338+u//SJQwEk9ccVFga7GXwIQMxyACqSvsIxZFssXHEvMmh"
    "E5pgOIFKbNEOQoOqmC8WhghfLVwxghM0LXbhE8aF+3+gPt+gaWn3neH7bAkzZowZUTMbpI"
    "jf4c0MPh71Xwzi0XQV/bg08IPqJ/dDutNNWW8wb/aMB3wj5zdOo86tiM4yQajob41BhZDe"
    "a4+j3HZJa851Pstqg/E+RtcxRgapAsmRMrpMjN0VYfAjfOb/uD7nWrd4qisyH9eMtxeIrE"
    "YUg5Oi8vT5E4DKl209Y/t76dovCEz+Y0+6rxkfCEQ3zrD1rXHEQc08xO/gA1Zvi7bhM6YV"
    "P+8fjVmgfqi9YTL+3xq9RD0gmvnIhLf0mIWo4vxmGewB1D3rcHr+pGXpjGJ/+JxM6idEC+"
    "s3UoXYLV+dXYCu9r/T5IsL3oEf35Wvv9lwTru+p2PkbTY4/0+VX3LIt6+IblsB5CKIRXQL"
    "jnj/6XGJLNPh/jMZBKKN8fnvEsGA9kYS+L8b/3ux05xmMgafnKMhj6N7KtQI4/nIcdkLEe"
    "9Wksp/g6LJBGvUv4z/aYdKvMf96TUIrLVHjmrXkZhAezFW8phmdQlMf3MSUOBkbYuH/Erq"
    "lnrjgnTt7c7KXZySw9gimeCETCL4bft7IzrLNBFDM/lDA8dClBbMqRz/9jhqZ8Xf5omL+h"
    "R4s/Nz5Dd3ce+ePuDlkMecyybfSILeahseMiOM5tbBBkUQ5OkOOaxM2aLp7hHkM6pHd3j6"
    "7FGKG6RQHYE9f576VeIM0Et3t0Hcah2SnyCOG3GhNi3t0p80l9VIZ88wlz5pYhV7HliF4C"
    "HMT+ktR43xTReN/ka7xvMhrvC0itdUPxrrfwOV7YDpYwj3yxNQaixNYniK2OYfiuS0y9vF"
    "E2Baqss7W2znJhIkvgM2vSpnlMLQBIkdWiRd6qtKi8eWN+zg1jAl/h1w8nJ69fvzt59fpv"
    "79++effu7ftX7/lc8XWzl96tIf1Z+2O7k+JqMJB8sVZiWDm0J+EqYb9ur9HuCFAffaU/te"
    "ZzjpRrLkQ7SSk5d9ImDcYLp+uz1fyNuozG9YYFYg4C6COkzRyfkwVhl6CZRbkywZ8S/tkZ"
    "C0XBmzrznzwkGDs1Fk1QMIS24Vpc2xhhz/Kyqszz3ELpITXXQ8SxhJQczVcichURGd6Ocj"
    "vJEkRtIpV38bFLiD52nVk51CfAtiJB/ZDYN2AjcS2ZQ0NzXbzI8WjEoVLIPzytENjHP/+V"
    "QhzD33XDxp4Ecfn8OQG0OybdgGAQk8tcL7D7PZuf+UHGqx3HJpjmu5ofZNx6xKGeC/WRWL"
    "JbpJ91u1cJpJ+101i9vT5r9X4+FhTgkyyWwyAeiOtJffq5nDkGsbtt8fh5ufLJ8Zt3b96/"
    "/tubJTNejqzjwfVTmZx5I09RcuYF1KNw0kadaAAuExqoIkfoPNREEGdDcS1EKDBj67uILS"
    "WgpIA7xYLgNdsmZlYP2t6ySvepue5jebpD7UVJJh+D2hKX34ztvefxSs3cZQBRyLSyCM93"
    "L8ZhDgLpSQ/j6wIOxte5/sXXafei2Ak83aKG7ZucxePvJZmIfIEdSo0v87hvkaOAN0r/P7"
    "5Tl9KO4kAH8ZjvnLcobb6aNm/gOfNdos8d28pjzZuTK7Kr7FDH73b0myvtvHXdCqw+ZVIt"
    "4rCnKP5pSK+1zq12dYqCY1oiL5QycVIkZeIkP2XiJM3hlVLaOByldIC/97DYSGR6aXS1uU"
    "E1BdOaG00s4LKDueAXm1m2zQfZ1EM/H39A/4H+Cx1/eMX/fhFxgBgF3HGB+AeXTEClAm2T"
    "j4MdDzxuE8cxpS6757iFUltrrrYqXWrn8s6Co9OUIH2NPpWCOwjkJzfdIntu/pab2XEDvl"
    "TmwV5BqFSA8k/2PrmXDgjtkQRRUKqMph+S+/9ApErNNPmm7eVIldHVTVIljs0rlNPChTWM"
    "fI+4P3nIww+Ei3HBEkQiIhYBUAJfzQU+oF3J7P0YyDbxXV9eXSJ7X8nPO5WfZ3NMJfaufH"
    "zHQJRcVx7jtkXJcRl8LwHUA14R3Sdl0X2iHu6K7MRi5XhJOF892lVUFaWR7zY83IHwoRxT"
    "Uz7SU2AK88rKV18r33xa0mW/BFDPdYWyKt7yN2RQvinILQa4w7iU5cjeBqYYLgGcVMjFTk"
    "KqVOzapWLXx/b4EQpONeSWx+Bac4PdcbKcVaSEL3kgLpo6/NsFpWicexIWobE8ZBLXArMi"
    "5EpBORwPWZLA6sqrKPtkLQxo+fZJxfEOluMl1cEH/sJWIXMScgtk3iOxbh+oXJ99rU88L0"
    "C+NIMovLppb/Ni8wr51MLHDbgwFDiAfck7Ql1qL9AUe1MS5Pvckzn7DWG+0MziV/gOJRKF"
    "rAn91aJy39u2FlZ7YM33QOWj26qPLngTymBzBaGQmcllNjhD1IHhSMwAFsVuTth+CjBtBl"
    "iwIKD/cJB6FhZcW27UX7TeWbuj9b7JrTBnkgJtZ98GLU1OAfJ9bvFZFSQo6QJKXq6dJJWU"
    "l8d8tWmF9y4NqV68qi9ehMnqb558BfXq1fzVE5WVq+mqCVClrNaZzsry9EOQWXUH2I27UG"
    "ikeBKW2C+K7ySUwvu+dWW49YRBSWZwE5eaG6xtQP+C8esaMnyPOTPiIpGWOCOzEZyHRUUZ"
    "Ho9laY7FgJSNrBZ2h3wbGZlhq1TDtCWAYirlmblAnv5AXIvfUvJ8r43/yAKrGJASMSBz7H"
    "mPDufNct1/TbRTGlA9+eWf/J0mePzguFbxfLvENhd2mC9J2C1WPGYFvcOiMdr5oP2lVVJQ"
    "4Sz1S3vQujhF4cmQBuucouA4pBftvnZ2BVOisyFt9bQ+jATHtCBZJNr1fYFo1/e50a7vMz"
    "ntfIutSq0Idoe0irogl6WWrI9y//bmptsbnKLwZEjPtYF21f3IJwUnQ3p5e3XZvroKagLF"
    "PvAr7Y7WOefkDk84/S+u2x1OfjgMafdrB24nDlXofHxcgNDHx/kFg45VwaCtp3Yry96TN5"
    "19sOzVx/Jxzok+cdxFQ279WF5ubrCAGPGJBYwgI5dz/GlkwWAuITKrR84sZeaouZnDs/1J"
    "GYk4mn8QyUO7loiZxWQi1roSoGzXctUBoXuOXULl/bHzGUkC6An8ZH+UvxLBWfyyxcoJjn"
    "GQ3UmOr/ZEclSC+JPRWR8J7cZ1TN/Iy3SKrm6Sz+axeQXEs3C6aOKNMEM2wR4TIdkP2LUw"
    "ZTJpbTNQ0NlbVP7WZ6KxN9TgXI7g7zASRoMjB1KloKNe0FMmWsRDP4srGEgvOk9QuIXlDW"
    "kw8ZdmuKpHsGtM+ZLLlcCu7DWjbuPxbuJcxITUrAUypphOlJhZo41CiZm1kHuUmLlTdMe/"
    "Zgmkp8B2aDl9AdahHAwBoi962mXpcvQC6BSJw5De3J5dtfufwHWwPB1SwGb7CwxGZ1UszR"
    "8KGJo/5NqZP2TqZ/gj2/KmlSyjaVgV21o302ic0jNiWjhL4r/3ux05eZcAabpaXCz9N3rO"
    "PhsxeWrkWzazqHcE93sJkQoQtJ4vpllginiwQKYdJOPfZ+QzWd+TfIokoRRZtk6WpTKVpc"
    "rGpsoR2CFVVt5xa9+l5loJ/dKeVwr9xdEfqPgSAbn/hRjMyalZtoI69Aic/pfW+aDbEzuw"
    "5/guf+iSlie+1tiKrf1IrMlUrBsOeByLq9+kHNQ/nhTmz82KZE5CKjLXmszKadA4HKfBl8"
    "BW3pA7DaKrzQ1Og4fYvAIl0oIiZnOfgYEdIwO77AjdiDafwqrPpU3HRZzazFumrkyd+U8e"
    "ilqvCtM8XI71mZaVUXvGOymjf82N/qGXqawDPgGl6qOk5eh7v5QjJZiuDPvKj1J3dDviG5"
    "ayWcVAlMHqeQxWFawlylLyJEuJaCnjEq6L6RUoIIOuRIya2U5ehhb71HcQPJrU5DrJC/Cf"
    "Z9kQAguXPnHxTIL/3DcgDXZAT//W4g6D+CsJZ1mXZ70C2mF+daQZ7W16NSjj97rHHOO+JL"
    "5TkArpxZFug0VNYgXNZRorAMUuJL4zFfe9XYQqh0wlKUNZ6pWl/sUs9X2xEecUe4826fWl"
    "3pezChV6d51HNCduFE7fRDO+aBCzD3bycBiNFuIjmGFH2CNgKye2pDTVdpZ8gtU9XL2kPT"
    "gJ9WJWeHEn+Pdmz6zwHFtTrheW4EExCLVzp3dujnjiPshqVOXiMw6iEJpGqApaOFhRqGZ7"
    "97XzQGYk19eenFNoL9dn8embs/Xmc0LNXx1qL45Q35/NiIn8eVPstdFKwg2Olzsx+MjB+S"
    "1uJ0nl28aKypFe8y28boJTfdliCUf6vSUTiorlDkWwdfbzNrSLv9/2B1CFCo5Det69hdJV"
    "4jCkvVa/1YMaZeEJjFy1tL4YESdD2v/UvjlF8F/MH3TPP4v5cJJmRUXSi9YJBpG/4F1uet"
    "G7TMEygj2Zcl2wZNkSusahxY1e67wV5HVFZyEhYSg8GdIL7Vr7KMrLBSdDetUF0sN/IN3g"
    "ttcJ1gjOYI0eX3DQ7nZgmeh8SLuDT6JWGRyqkPj4VQEaH7/Kr1X2Kk3lUBvhKLOZJMVokx"
    "azgjskl/TW1ZnS6M0CKvxK8Lsn2vceYXRvFPA9wqnjmqU7AsZhVJ2kVFFnh5Ur6hzOr7Ek"
    "UtsoEQzZY/pTpPnkCrWW6WXFaz/etkDWEwcusw+0y0sutMNhSLWbtv659Y0rAcEJn60NWl"
    "81PhKecIhv/UHrmoOIYz2EvoAk5RhSHEYxJBk++U8kpXpapMDq/GrUlj8pV38lUij7dhn7"
    "9oXlGY6fa9peXm5usGqb8Ykb7dl9Z0bYlFMYOeNxE40dFz1OHajOhu45njxhZzYckxwhbQ"
    "bLFs35yhq6n+9WYaU74hqEsrs7SFezKAe0bf4r2dQ7Qnd3vsdfQ4EYPsEIloe1hAwMp5ih"
    "qWOb/FtApTvLmMIy1Alr1A1peO8IvaFD/VR867u7MOiDr80llIXouW6AkR49Yg/BvZvip4"
    "lieQ/Y9gmi4perCnh123HzbfhAwDJbbzRf7bkV9tyDt+3ftHrnohFFeMIl/evAvB8ch/Sy"
    "12rpYLq/aXc+nqLEx0oy/usiMv7rfBn/daY6WMByS9hxYhAqSlcS1D+Ltu7i6UIrmAPC6I"
    "6ThLiQoXv+iDkMS7SrddhPQyoaVKUBZ+Yuq9IyPQGoigzWTcVKNImkZhUKx8AUfetMX9/j"
    "+q1uWzOrjFCQgjogFrq9EMsVinQuQ+lRi+JqWM4soVAuQ3lkMSiF5DiQChVOI3VsuR7TBZ"
    "bKbwMZYLUZ1HkzUBnKO0uWVR6KH+KNUsmIT96M6uPwOedaa0Pu7BGXmhu7QLoFnTxnxHbo"
    "xEPMQRicEW4TOS58ivwv4PgI3CETn3iMX7on9Ah9EsPUyUtd2OK6yvlRc+cHkLdkNEcMRA"
    "VzJPdr8TqURGccRuEziU8yw1apsJglgIrXq9C1Z2rN5/wLgejCaVKq3p8M9kmF//aHFs9S"
    "4W8EUQ7VSCEBVZSoTonlkw1hLo5ZkrvLoRWfTzVqC6Nv9LKxGBlAxffL830VE69iTmtOin"
    "2z6KjSGT8Emcn3ucWXq+L6TkAqMteOzPUxKH7kRH/Ei2suy2NhKZWZFlOTmhuMjJNguk4e"
    "CpdIER1DMAohEYOgamcs4qSdR4qwYTiumdNoZCNYEOo9csxFEOctmpdjiB1HBv+tiIt4lg"
    "2f+DX+w2yLmBCijWZ8yRFBeOT4fD5FzhzeEbDIsbDBCRdWkOO73pAuCDtCt2IhBi3P7+6w"
    "d0/MVdz41HnkX42REBhCvG3H4VMgqF2ZM+ujOOSbM8PHrIw0GwOpc2BxbSVawUKkWvEaM1"
    "0MRiG9AtKBU2YRfmZR7C5yrEIhRNr9vgjbyh6M2nYW2nWW+OboPmt3tN43OcLPJHags2+D"
    "lpapbmAQ66GSTJ8CVdJe7aS9RHxLIF9UoHMSUkUx1ZrKIPtlCZyfjhHNV8F/mewWQE2V1y"
    "UGp16WWr8sNnGrmbOSkIrKdaNyfcwcN3ixpgRsdLW5wbAxj80rVModM0Zmc4hhQhxW2BAg"
    "dRyxqev4kyly+JxQRVybwH53F+Wt393JK7w/252UVaLmVokXLOK1R4pCmTgrZebZeXAQw8"
    "yXxKEUS91fQdcZ+Y1e639u271WX9fCAqypgSG96XXPW/2+yNxfnQ+pdjv41O21/wG1XFfn"
    "Q3qu3Qxue6IkbHg2pF+67QsYCY5Deqm1r+BzcEzvHTkyfLIEwNsiJQDe5pcAeJsuARBtMX"
    "KC53ioYzB1JnNxRSmB5CJlFvKrLGSKLLxATYDa4fdlurjiOfNdmfK/tntrDOpgTAA7xrxL"
    "uCxn6tMQv8WRnwJU+H/Skw8diB0qbV+8LoVPAr3DXL4XciZsL5ePctFUx4a8WWN+NG8KTE"
    "XyVo/kHWPLhge4bJBpGk7FPZZXHyIczlYBKmXRHwNVFChPAb6HEhDPS+E+AaSwruJ9lek8"
    "GlLxvj8GmWvnIelGMY6Nta6S1bRmMZ+J7iQgCnlPDGzbQZ740nPRZh6yTAi9FAniwfBPME"
    "Zmc4eBgQjdE0kh4SeuF4SQegTb/G0SGelBKOkjxHIC6MhfEBfqC9sW/7Vo4jA0dp1ZfNkm"
    "4su5izmDwr4iBtWP4kWHdBVb6hHGbOIhzwkiRUWDXuIukAexquI3GJhCYKpo4osn/GU4Wh"
    "9vytd3CX9zDMuGBHvsITE5jGyF4sUhOGcU0e/igBZDJkeOjb1gxtLbyueICRiaCnsOxw2E"
    "s4ro2yAyFgJrKQTHjjlfQPwmypVUH09HvispelfLYTsJpdxJP1pR4qVHIuacWPomlq6JwD"
    "MR+CWgN93lbUd0poNjFa/EhwIG8w+5BvMPymBeE7Ph/rn+hCOPS3uhN62kB1AABr4/cTqk"
    "t53Pne7XzikKT4a0f3t+3moJN97ydBuevC2/M0rp36SCPIuvPCaEyvhVfpR+GlJF61eO1m"
    "e+S3XfLVU+JgmlHn1l71KGkGgoxeFAA65C5iSkCgiuM5VVjoTKkVAvi8qR+MGpXB8PwKVv"
    "jy3bXpMnEZ/R3GD3H6fmFuoqCKVgwcDtjJcZDD95QXJCE9rzQRbDHLsGseWtAkvCK4N0LW"
    "ylKrdhZ8boPbS23Wjnn6PmdWVa5QVgpyg8GVLRBk/Y1IKTIb1oXbW/tEQA/fIULNed89bV"
    "VRBWH57WwNoG7PMe7p4hXn58XxxGBfdVD+5ThoeDlb8y1VirGR4SkErKrjOVTWJbD8StRO"
    "c0rKJ0nSmtWp80Dqf1SRfk+oZcMQ2uNTeopEHb9mLa6DXEVo0WyJgS497xWTPsvc4ZAOHU"
    "f0K2/tZWDmLSGIicFiVeELiFhUQXzP0TENVE8Lg20QjDzwxCFv66uzsVw8mW982guT2owh"
    "6/MqSxu0OEGTSP4YpVcCOYCgOxiC+uf0PMWxM9Ti1jCpPC37QMJ+NDcxsbBGoy3t3ZZMx0"
    "EQMXLAkha9AcJv41bIIfCIAyRww/Ou69KGvAbwodPvklpcrXR9PMV+W5cjmStZ5cUwl8CV"
    "Hn8KfaOkv3T9WvEHt20+pcBFp+cDKkN1faOajuwZFr893rm6uWiLlZnsp1/CFt/X7TFtaA"
    "8KQGWr9qoaRaKNUXn6FEUAadMRCFTVUWY7dlMeauZRBPt6hh+yaXFvH3LK7XpqnLF1CZ6s"
    "Uz1T1/xByGJZFz60Kt41Aq2LpysHXU0agc8uNQBxN8s+sw97BVV8nHPgalMP80zOdw+wLY"
    "z2HzigIFKVAa8QrfT8N3+f1Vba5becwDS2wW9Ws89HGgJ7noq0VXrCyLI9+ymUW9I7jfSx"
    "gXd9JgU4xn6JNvhMyDV+kb5S2SqhHnS2K/Ru3k9ogS++byXvnUylI5CamoXGcqq3i0H4LM"
    "ga+8ApUTgOpVrjONDWc2F0ESVV7mFKyidK0pDY52u1piaxpWUbr+lNb5VuvJog+LRWBkFq"
    "mx0tM4v+0Putet3imKzoa0ezvQu5c6/3j++RTFPw3pZU+7hVImcBjSG+3bdaszgFwNccJh"
    "B59gMXFoFHp+Uj0LTgo4Do9P8nsWnGQCMVQRxh/h1VUhw40DCxluPeQntMYmNIsED5dpaQ"
    "4VJ/lkdwHBuBC6Cm83mHqPkDafE2r+6lA7p1JlQTgV9LoLHqbyV18awT9QMcXzXksLglWD"
    "k2xAa+uiLSYExyHlq7VOEfx/WrDrUgzTY2XqMkOrWfGmVNmx1bxVk6r0yGpOVNou+Xl1PW"
    "pqlfwclZHUE3X1kiPLObGaeumR5ZzoayQ+cmH19uqyfXUVfPeIPpLB5MxlurFkMDkzloYs"
    "HU59gxU1pcNVxOWT4wLi8slxrrgMl5Iv6oPlWSPLtlhONOPm1zW5Qr1fWon2wwXRy8tTJA"
    "5VSPK+AEXe5xLkfZoeFVpjPLUlxh7tQM/icOPSoePqT9mxkivUmQjSV+AjsOBTJA7JF2JI"
    "tZu2/rn17RSFJ3w2Z6FfNT4SnnCIb5yDX3MQcaxkBnhVxAzwKt8M8CpTJ1iQpJxEF4dRMe"
    "8yfPKfSErV0kyB1fnVqC1/Aq0li/P8UKVoviokogqJKCtijQu5CavWlUVJY43VS1xvFjJ6"
    "2dHUjTYvDRnOXBiuRGMU6AoygvbzrIkwNUWC98w3pjDBCi6HhVPE5Yn1QCgCNGStYltbOc"
    "iaD6vTxRumgKktSLS3KIpVr/OCZHPIxoeOJktPHLRECe/BF+Gvo0fEzCGFSBq4GjQWFZeh"
    "KF2w+OqriG+2mqX7VLZcWB0A1hRJ8yJSV9Z8Bs3xwkNjxxVDQLMmYvg7CnOVzN9QUCwAWE"
    "IAn0j+VwbF+ohHyqC4M/mTX7bkXVNzHT5xkEMKl99aOeIH7Fq4dBuhJJTSkyTV/3SPOcZ9"
    "FqlrU1ZTkDvMVY048P7mqt77ZZTScLpSRisoo8xidinr5BJAobsCuh3xDUtlKsVAVJ7S1g"
    "0Df/h875N6S3LlkDiIkkMk7Hup5JVAagLmYBJQt4bSUEMtgdAYhEJnGp2R7l8Cn3EQhdA8"
    "hK6MKRVQmwRWSE4jGQxZuqiEI1FF1iSZJ+EOacvadUkLVUPn5ZCvaui8ZIGFsvn7cZgdNq"
    "14AbXkedTy0GFQYheNgxzMk761vVPVwlG1cA50k6yZA/zGtR6wsOzm+sCjKc1CbvB5bPZG"
    "T/gASphTe4HmxPUcim0EPr14Y7Ksj7sgzBOctHVyH5Zy2Io7wb83e+awJTMsK8WRL7AsAW"
    "qc7llbcWVZrQmbJqdRKfu2DFaFulW3aI8gtKQaKSSgihLVKUEdmQC/pvGCI5XeFQcqUmXL"
    "xR7R8ZjJel1sKLOVBFUlHlSEZ56A2xOW6hzRNry4Sah1V9M2d0NyKFmgicOpG4QusqkL0Z"
    "ci1HCOFxAnGUQrjsQ4i9ryJDsfVV1FhSXWXMqtk15RXyZXJiwxeBtKojQJpZCaCXqB38xv"
    "XfZJTcGp2MRUDtesvD9kBaOsbNX9gHvX4itq2FVye5P0+Yrl88cS+aMM/uCYlkByaPec/b"
    "ueVgPsicW/dvSWNHqtwW2vE1ROCM6G9EK71j6KzurBiShUES91kPiYV6TiY7d78bV9dXWK"
    "orMt1AYr0lToOL+r0HGmrZBSsFVW/bO8WCqrXmXVV5LIVFb9S/EnleFdiRT7YP9LiN6EsW"
    "qlfJOQyspbNyrXx8qrEdcypg25lTe82Nxg5cWraZusvPkU3rL9NdcoIN3MJQaB8Il/mt21"
    "9oks+ebW3CK1+X1i86vU7ue2nqpf9/ZtAZGUz8qvYAfXUkIUf69KYDicfoDYPX5VTOBfJ/"
    "FnRH5+R0ZkVsP8sIAYyO4zEPc8HuBFd7W//h/fyuEx"
)
