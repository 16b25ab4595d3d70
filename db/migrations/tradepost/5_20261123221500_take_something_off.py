"""Codes that take something off, and who used them; refunds of what cost nothing."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(_: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE discount (
            id uuid PRIMARY KEY,
            code text NOT NULL,
            kind varchar(13) NOT NULL,
            percent int,
            amount bigint,
            min_subtotal bigint,
            starts_at timestamptz,
            ends_at timestamptz,
            usage_limit int,
            usage_limit_per_customer int,
            used_count int NOT NULL DEFAULT 0,
            first_used_at timestamptz,
            active boolean NOT NULL DEFAULT true,
            created_at timestamptz NOT NULL,
            version int NOT NULL DEFAULT 1,
            CONSTRAINT one_discount_per_code UNIQUE (code),
            CONSTRAINT a_code_is_in_upper_case CHECK (code = upper(code) AND code <> ''),
            CONSTRAINT a_discount_has_the_value_of_its_kind CHECK (
                (kind = 'PERCENT') = (percent IS NOT NULL)
                AND (kind = 'AMOUNT') = (amount IS NOT NULL)
                AND percent BETWEEN 1 AND 1000000 AND amount BETWEEN 1 AND 1000000000000
            ),
            CONSTRAINT a_discount_starts_before_it_ends CHECK (starts_at < ends_at),
            CONSTRAINT a_discount_is_for_a_subtotal_that_can_be
                CHECK (min_subtotal BETWEEN 0 AND 1000000000000),
            CONSTRAINT a_discount_may_be_used
                CHECK (usage_limit >= 1 AND usage_limit_per_customer >= 1),
            CONSTRAINT a_discount_is_used_no_more_often_than_it_may_be
                CHECK (0 <= used_count AND used_count <= usage_limit)
        );
        CREATE INDEX discounts_by_newest ON discount (created_at DESC, id DESC);
        CREATE INDEX discounts_by_likeness ON discount USING gin (code gin_trgm_ops);

        CREATE TABLE discount_redemption (
            order_id uuid NOT NULL REFERENCES orders,
            discount_id uuid NOT NULL REFERENCES discount,
            cart_id uuid,
            customer text,
            CONSTRAINT an_order_holds_one_discount PRIMARY KEY (order_id)
        );
        CREATE INDEX redemptions_by_customer ON discount_redemption (discount_id, customer);

        CREATE FUNCTION what_a_used_code_stands_for_never_changes() RETURNS trigger
            LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'code and value of a discount that was used never change'
                USING ERRCODE = 'integrity_constraint_violation';
        END $$;
        CREATE TRIGGER what_a_used_code_stands_for_never_changes BEFORE UPDATE ON discount
            FOR EACH ROW WHEN (
                OLD.first_used_at IS NOT NULL
                AND (OLD.code, OLD.kind, OLD.percent, OLD.amount, OLD.first_used_at)
                    IS DISTINCT FROM
                    (NEW.code, NEW.kind, NEW.percent, NEW.amount, NEW.first_used_at)
            ) EXECUTE FUNCTION what_a_used_code_stands_for_never_changes();

        -- units that cost nothing are given back too, and no gateway is asked for that
        ALTER TABLE refund DROP CONSTRAINT a_refund_gives_something_back;
        ALTER TABLE refund ADD CONSTRAINT a_refund_gives_something_back
            CHECK (amount > 0 OR amount = 0 AND operation_id IS NULL);

        DO $$
        BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tradepost_app') THEN
                GRANT SELECT, INSERT, UPDATE ON discount TO tradepost_app;
                GRANT SELECT, INSERT, DELETE ON discount_redemption TO tradepost_app;
            END IF;
        EXCEPTION WHEN insufficient_privilege THEN
            NULL;  -- whoever made the role gives it its rights
        END $$;
    """


async def downgrade(_: BaseDBAsyncClient) -> str:
    return """
        DROP TABLE discount_redemption;
        DROP TABLE discount;
        DROP FUNCTION what_a_used_code_stands_for_never_changes;
        DELETE FROM refund_line USING refund
         WHERE refund.id = refund_line.refund_id AND refund.amount = 0;
        DELETE FROM refund WHERE amount = 0;
        ALTER TABLE refund DROP CONSTRAINT a_refund_gives_something_back;
        ALTER TABLE refund ADD CONSTRAINT a_refund_gives_something_back CHECK (amount > 0);
    """


# What the models were when this was written, for `aerich migrate` to compare with.
MODELS_STATE = (
    "eJztXX1z2ri6/yoaZu5sd4bNJGm7bbP33hmHkJZtArlA2u05nHGMEeAbI7O2nJS7Z7/71S"
    "PZ4BcZbIcQQ5U/YiPrkeH32NLzrr9q1DVGeO549EjzRxZtPmBCa2forxoxZpidyDvUUc2Y"
    "z2OXoY0aQ5sTGdBVx8u+Q4/1M2HgsWF7mDWNsGe61pxaDgGCr1MHmVODTPAIPU4NegRkI8"
    "dkdBaZZPbwifWnj3XqTDCdYpf1++e/WLNFRvg79sKP83t9bGF7FPtd1ggG4O06Xcx52+1t"
    "6+KS94S7D3XTsf0ZWfWeL+jUIcvuvm+NjoAGrk0wwa5B8SjyI4lv2wEkYZP4xqyBuj5eft"
    "XRqmGEx4ZvA1S1/xz7xASE0Gh4ZI28I4If/zv4apFuut7u9PVes6/rtRSy8BUSUAZNpkOA"
    "KxahANRff4txV4Dw1hrcoPFJ6756/evPHALG6onLL3K4an9zQoMagpSDvkLZoGmULxhK1J"
    "phOdKCIoH0KCA5Ck/KIB42rCBfPYwhmCFcuwW437pu9vra9Q0MP/O8P22Ok9ZvwpVT3rpI"
    "tL4S/HDYeyXeueUg6Gur/wnBR/SPTruZ5NqyX/8fNfhOhk8dnTiPujGKYhI2h02sa4StJn"
    "Vc/Z4hmWZvY2q4TeLPOHtbDAKDmDjN5tgICXYz2KrD4FrjttfvXDe7Zyg8G5CPtwzDM8QP"
    "A8LgvLw8Q/wwINpNS//c/HaGghPWm/Hsq8ZaghNG8a3Xb14zEn5MTnbyB6g2M77rNiYTOm"
    "UfT47XPFBftC5/aU+OEw9JO7hyyi/9LWFqsXkxSvOE2TGY+/bgVd04FybxZD8R22lI+/g7"
    "XQfpkqzKr8ZW5r7mH/3YtBc+oq+utT9+jk19V532x7B75JFuXHXO09DDNyyGekChAC8BuO"
    "cP/xebksU+G/EISSnI92fOeBbEhSzspRH/vddpyxGPkCTlK8uk6N/ItoQcfzgPO4CxHvok"
    "yol5HQZIQu9i9rM9Kl0qs5/3OJWaZUo889a8COCit5pb8uEMivL4PqLEQcPQMO8fDXekp6"
    "44p05W3/Sl2eks2WIQY8KBhF8Mv29lZ1hng8hnfihgeOgQjOiUgc/+GxRN2bjs0Rj9hh4t"
    "9tz4FN3defjPuztkUeRRy7bRo2FRD40dF8FxbhsmRhZh5Bg57gi7adPFM9xjQAbk7u7RtS"
    "jFRLcIEHv8Ovu9xBPSjLjdo+tQRk3PkIcxu9UY49HdnTKfVEdlyDafUGdumXIVWw70kuAg"
    "1pe4xvsmj8b7JlvjfZPSeF9Aaq0axLtewufGwnYMyeSRLbZGSJTY+gSx1TFN33XxSC9ulE"
    "2QKutspa2zTJhIM/jcmrRI1qQmCBJstUietyopKm9emJ9zwZjAV/jlw+np69fvTo9f//r+"
    "7Zt3796+P37P+vKvm770bg3rz1sfW+3ErAYN8RdrJYYVgz1OVwr9qr1Gu2NAdfSV3tSazx"
    "ko10yIduJScmanTRqMF3TXZ6v+G3UZjekNC0QdBNRHSJs5PmMLMlyMZhZhygR7SthnZ8wV"
    "BW/qzH/yEJ/Yibmog4LBtQ3XYtrG0PAsL63KPM8tlB5ScT2EHwtIyWF/JSKXEZHh7Si2ki"
    "xJ1CJSehUfuxjrY9eZFYM+RrYVCeqHRN+EhcS1ZA4NzXWNRYZHI0qVAP/wtEKYPv75rwRw"
    "1Pium7bhSYDLnp9jRLubpGsQDDJiMtcLrH7P5md+kM3VjmNjg2S7mh9ks/WQUT0X9KFYsl"
    "vQzzudqxjo560kqrfX583uqxPOAdbJohkTxAN2PalPP3NmjlDsblk8ed5Z+fTkzbs371//"
    "+mY5GS9b1s3B1VOZnHktS1Fy5jnUo6DTRp2oDy4TIlSRI9QINBHEpqGoFsIVmLH1nceWYl"
    "BSwJ1iQfCabeNRWg/a3rBK96m47mN5ukPsRcFJPkK1pVl+M9p7P8crNXOXAUTBpJUGPNu9"
    "GKU5CNDjHsbXORyMrzP9i6+T7kW+Eni6RUzbH7Ep3vhecBKRD7BDqfFlHvctzijgjdL/j6"
    "3UhbSjKNFBPOY7n1uUNl9OmzeNOfVdrM8d28qamjcnV6RH2aGO32nrN1dao3ndFFafIqkW"
    "UdozFP00INda+1a7OkPimJTIc6VMnOZJmTjNTpk4Tc7wSimtHY5S2je+dw2+kMj00vBqfY"
    "NqCqY1N+yYw2UHfcEvNrNsmzXSqYdenXxA/4H+C518OGZ/P/M4QAOJ2XGB2AcXT0ClAm2T"
    "tYMdDzxuE8cZSV12z3ELpbZWXG1VutTO5Z0Fg3MkAX2NPpWgOwjw44tunjU3e8lNrbhiXi"
    "ryYK8oVCpA8Sd7n9xLBwR7KEHklCrD7ofk/j8QqVIbjdii7WVIleHVTVKlEemXK6eFCWsG"
    "8j3s/uQhz3jATIwTQ2CJiJiHQAl8FRf4gHcFs/cjJNvEu7pzdYHsfSU/71R+ns0NIrF3Ze"
    "MdIVFyXXHEbYvgkyJ4LwnUA14S7tOicJ+qh7vkdGLRYnNJ0F892mVUFaWR7zY83IHwoQxT"
    "UzboCTKFvLLyVdfKN58WdNkvCdRzXaKsirf8DSnINwW5RQh3GJeybNnbwBTTxYBJiVzsOK"
    "VKxa5cKnZ1bI8foeBUTW55FNfqG+yOk2WvPCV88QN20dRh306UonHucVCExvLQCLsWmBUh"
    "VwrK4XjIkgRWlx5F2ScrYUDLtk+qGe9gZ7y4OvjAXtgybI5TboHNeyTW7QOXq7Ou9bDnCf"
    "ClGUTB1U1rmxfpl8unFjxuMAtDgQNYl7wj1CH2Ak0Nb4pFvs89ntPfkMEGmlnsCluheKKQ"
    "NSG/WETue9vWwGoNrPgaqHx0W/XRiTehCJorCgVmKpfZZBOiDhOOxAxgEcPNCNtPECbNAA"
    "sqAvoPB9TzoODacqH+onXPW22t+01uhTmXFGg7/9ZvanIO4O9zi/UqIUFJB1DycuUkqbi8"
    "PGajTUu8d0lK9eKVffFCJMu/efIR1KtX8VePV1Yup6vGSJWyWmU+K8vTD8FmtTvAbtyFXC"
    "M1JkGJ/bx4x6kU7vu2K8Otxw1KMoMbv1TfYG0D/ueMX9eQ6XvUmWEX8bTEGZ4N4TwoKkqN"
    "8ViW5piPSNnIKmF3yLaR4ZlhFdowbUmgJpXikzkHT3/ArsVuKXm+18Z/pIlVDEiBGJC54X"
    "mPDpub5br/mminJKF68os/+TtN8PjBsVbxfLtEmwk71Jck7OYrHrOi3mHRGK3Rb31pFhRU"
    "2JT6pdVvXpyh4GRAxDhnSBwH5KLV086voEt4NiDNrtaDFnFMCpJ5ol3f54h2fZ8Z7fo+ld"
    "POltiy3Appd8ircBfkotyS7aPcu7256XT7Zyg4GZCG1teuOh9ZJ3EyIJe3V5etqytREyjy"
    "gV1ptbV2g7E7OGH8v7hutRn74TAgna9tuB0/lOHzyUkORp+cZBcMOlEFg7ae2q0se09edP"
    "bBslcdy0eDMX3iuIua3PqxvFzfYAExox1zGEGGLpvxp6EFg7oYy6weGb2UmaPiZg7P9idF"
    "JOKw/0EkD+1aIqYWlYlY60qA0l3LVQcE99xwMZHvj509kcSInjCf7I/yVyA4i122aDHBMU"
    "qyO8nxeE8kRyWIPxnO6khoN64z8s2sTKfw6ib5bB7pl0M8C7rzTbyRQZGNDY/ykOwHw7UM"
    "QmXS2mYisbM3r/ytz/jG3lCDc9lifIeWIBocOZAqBTvqiT1lwkE89IpfMYD1fOcJArewvA"
    "ERHX+uB6N62HDNKRtyORLYlb16uNt4dDdxJmJCatYCmVODTJSYWaGFQomZlZB7lJi5U7ij"
    "X7MA6AmyHVpOX2DqUA4GAfRFV7ssXI6eE50hfhiQm9vzq1bvE7gOlqcDAmi2vkBjeFbG0v"
    "whh6H5Q6ad+UOqfoY/tC1vWsoymqRVsa1VM41GOT3DI8tIs/j3XqctZ++SIMlXi4ml/0bP"
    "uc9GRJ4a+pZNLeIdwf1eQqQCgNbPi8kpMME8GCC1HSRl32foU9m+J9kciVMptmydLUtlKs"
    "2VjZsqh2SHVFl5x1v7LjXXUvBL97xS8OeHX6j4EgG59wWb1MmoWbaiOvQInN6XZqPf6fIV"
    "2HN8lz10ccsTG2tsRcZ+xNZkyscNGjyG4uo3KQf1jyeF+fNRSTbHKRWbK81m5TSoHY7T4I"
    "uwldfkToPwan2D0+Ah0i9HiTRRxGzuUzCwG8g0XHqEbvg2n9yqz6RNx0WM29Rbpq5MnflP"
    "Hgq3XuWmebgc2WdaVkbtGe+kjP4VN/oHXqaiDvgYlaqPkpSj7/1CjhTRXRn2lR+l6nA7/B"
    "sWsllFSJTB6nkMViWsJcpS8iRLCd9SxsVMF9NLcEBGXYoZFbOdvAwv9mnfQfBokhHTSV5g"
    "/nmWBUFYuPSJa8wk+Ge+AUmyA3r6txZ3KOKvJDPLujzrFdEO86tDzWhv06tBGb/XPeqY9w"
    "XxTlAq0PODboNFTWIFzZw0VgRqupD4zlTc93YBVQ6ZUlKGstQrS/2LWep7fCHOKPYeLtLr"
    "S70ve+Uq9O46j2iO3TCcvo5mbFARsw928qAZDRf8I5hhh4aHwVaObUlpqu0M+QSrezB6QX"
    "twnOrFrPD8TvDvzZ5Z4RlaU6YXFpiDIhRq5U6u3Ax47D7IalRl4hklUYAmAVVBCwcrClVs"
    "7b52HvAMZ/ra431yreX6LNp9c7befI7J6BeH2Isj1PNnMzxC/rzO19pwJO4GN5YrMfjIwf"
    "nNbydJ5dvGiMqRXvElvGqCU3WnxQKO9HtLJhTlyx0Kaavs561pF7/f9vpQhQqOA9Lo3ELp"
    "Kn4YkG6z1+xCjbLgBFqumlqPt/CTAel9at2cIfjP+/c7jc+8P5wkp6I86UXrBIPQX/AuM7"
    "3oXapgGTY8mXKds2TZkrrCocW1brPRFHld4VnASGgKTgbkQrvWPvLycuJkQK46wHr4D6zr"
    "33bbYgxxBmN02YD9VqcNw4TnA9Lpf+K1yuBQhsUnxzl4fHKcXavsOMnlQBthkNlUkmK0SY"
    "tZ0R2SS3rr6kxheNOECl8Jvnuife8RonujgO8Rpo47KrwjYJRG1UlKFHV2aLGizkH/Cksi"
    "lY0SMSB7TH+KNB8fodIyvax47cfbJsh6/MBk9r52ecmEdjgMiHbT0j83vzElQJyw3lq/+V"
    "VjLcEJo/jW6zevGQk/VkPoEywpNiFFadSEJMOT/URcaE+LBFmVX43Kzk/K1V+KFcq+XcS+"
    "fWF5puNnmraXl+sbrNqjaMeN9uyeM8N0yjiMnPG4jsaOix6nDlRnQ/cMJ4/bmU1nhI+QNo"
    "Nh8+Z8pQ3dz3eroNIddk1M6N0dpKtZhBHaNvuVdOodobs732OvIQeGdTDF8DAWl4Hh1KBo"
    "6tgj9i2g0p1lTmEY4gQ16gYkuHcIb+BQP+Pf+u4uCPpgYzMJZcH3XDfBSI8eDQ/Bvev8p/"
    "FieQ+G7WNE+C9XFfCqtuJm2/CBgUWW3rC/WnNLrLkHb9u/aXYbfCOK4IRJ+tfCvC+OA3LZ"
    "bTZ1MN3ftNofz1DsYykZ/3UeGf91toz/OlUdTEy5Bew4EQoVpSsJ6p+FS3f+dKEVzQEhuu"
    "MkISZk6J4/pA41JNrVOvSTlIoHZXnAJnOXltkyPUaoigxWTcWKbRJJRmU4HCFT/K0yf32P"
    "6be6bc2sIkJBguqAptDthViuINKZDKWHWxSXQzk1hIJcBnloMSgEcpRIhQonQR1brkd1jl"
    "LxZSBFrBaDKi8GKkN5Z8myykPxQ7xRKhnxyYtRdRw+Daa11uTOHn6pvnEXSDenk+cc2w6Z"
    "eIg6yABnhFtHjgufQv8LOD6EO2TiY4+yS/eYHKFPvJk4WakLWxxXOT8q7vwA9haM5oiQqG"
    "CO+HrNX4eCcEZpFJ5xPPHMsAqFxSwJVLxeiV17ptZ8zr4QiC6MJ4Xq/clon1T4b3948SwV"
    "/oYQ5VCOFRJSxYnynFg+2RDm4owKzu5yajXPJzZqC6Jv9KKxGClCNe8Xn/dVTLyKOa04K/"
    "bNoqNKZ/wQbMbf5xYbrozrO0ap2Fw5NlfHoHhjLNbURgmv1jdtXh7pl6vGmUEpns3BuIcY"
    "LTKIiKlGdOo6/mTK9ySfsOfx0Visjey+uwsDuu/u5KXPnu1OyvpYCTl/TQW0l8tu3aP5so"
    "gBUrwmRaT5CEmVA6srK9Hv317XJaLau83/uW11mz1dCyqTJBoG5KbbaTR7PR7SvjofEO22"
    "/6nTbf2Db4C9PB+QhnbTv+3yWinB2YB86bQuoEUcB+RSa13BZ3FMrh25YuPf5omNf5sdG/"
    "82GRsfLjFyhmeobhGaKrM5v8c2BnKe/IPs9INU9sELBMtXDt+X2d7EmFPfldXvWLutSYTq"
    "YALjdoy8i5ksN9KnAb75wU8QKvyf9OTD1jwOke7rsy62TUK9wyC3lxGlthjkRphoqhumfB"
    "eDbDdXgky5uMq7uMaGZcMDXNT7kqRTDoHi6kOI4Qx7EMhfBv4IqeJAcQ6wNRSDeF4I+xiR"
    "Ql05wpTpPGxSjrAfg82V85B05sB+wYU1rpJVt3o+n4nuxChyeU9Mw7ZFAPXSc9GiHrJGUH"
    "6GR06L5p+gDc/mDgUDEbrHkgo7TxxPlNHxsGGzt4mHaotaOo9QGwdIh/4Cu1B4x7bYr0UT"
    "h6Kx68yiw9YRG85dzClUvLnHc4p8Qi0bugzIEh7kYUpt7CHPEZV3+M412F0gjzFD/AbTIG"
    "iIxe42xoS9DMpTUx1Hwpod44NXoeCO8TEq5a350YrhLA3+Edv/0vS/tPwLw78w+0NN9Mvb"
    "Nq+IDscyRv8POezRHzLt0R+UPboiVrn986xxPxkTpgJnVUEHGycUrjV+OiC37c/tztf2GQ"
    "pOBqR322g0m9xLtjzdhqNsy++M0qk3SfjP4oqOyHiy+YoY7iIjTD1BmbRfLyj2Dgr/88A0"
    "usSfwX/eamvdb3IGnEtMqeff+k0t9eBT3yW67xZKW4pTqUdfmZOUnSFsSsxwoGCWYXOcUl"
    "UYqRqXq2NNuvTtsWXba2Juoz3qG2xI40TfXKWbId8ejCWwPWAQDfuTJwJd61ADGSJi54Zr"
    "Yltej7kgvbK+VMIwoOJkd2Z52UPV8kZrfA4rBBepRyzIzlBwIvYOvOEKpDgZkIvmVetLkw"
    "djLk/BTNNuNK+uRIhmcFoB1RKmz3u4e4p52bEiURoVKFI+UERJ2Qcrf6VS3stJ2TFKJWVX"
    "mcsjbFsP2C3F5ySt4nSVOa3qy9UOp75cB+T6mlwxFdfqG1RSsTdOPm30Gvz0wwUyp9i8d3"
    "xaDza4YRMAZtx/Qubn1kYW8Q0URE6LYE8ENxhcohN9/wKg6gge1zoaGvAzhX/u77u7M94c"
    "31eoLnYQAlUYdhwakMjdYc8hqNDHFCtxI+gKDSLgwaLsA9O/IX4ist9Q8JtYAybQhzXNbc"
    "Nkv1Kp35XRDrPVb6YQDmU1udeUSFlSVNk/X1lr/v6p5yWCI26a7QuhmYuTAbm50hqgbosj"
    "bAV/fXPVDDaUD07levmANP+4aXENPjipgKauakuq2pLVxTNYxYvAGSFRaKq06N2mRc9dy8"
    "SebhHT9kdMWjS+p7Fem6YoH0BlKubPVCy3ldiTtxGrGtgvEw0Y3QA3P/hRKpUdXTIOM6hh"
    "WvCxj1Ap5J+GfMZsnwP9jGlecSAnBwoDr/B+Gt7F11e1uG7lMRfW0zT0a7zqUaInudXLRU"
    "SsLItD37KpRbwjuN9LGBd3Unmct6f4k22EzKJX8cXFLZKqQvlLol+hOrt7xIl9c1Or6KIf"
    "gs3C81mCyzFC9SpXmcemM5tzl3eZlzlBqzhdaU6DC9Yul5OTpFWcrj6ndbbUerJYsny++d"
    "QgFRaHa43bXr9z3eyeofBsQDq3fb1zqbOPjc9nKPppQC672i1kYcNhQG60b9fNdh8i7/kJ"
    "o+1/gsH4oZbr+UlUMz7N4VI6Oc2uZnyactGr8kw/wqurAkBrBxYA2nzITk+MdKjnCQXV8U"
    "OhnUFYZ3cBoZUQ+whvNxgBj5A2n2My+sUhdkYNq5x0KhxyF3OYykZ8aYB/oDpQjW5TE2GM"
    "4iQd6ti8aPEO4jggbLTmGYL/TwuDXIpheqTCTqpp1Su6XUW6bdVvtX1FsmXVJ6zKE/+8uh"
    "5udxH/HFbA0mMlgeItyz6RckDJlmWf8GvEPjJh9fbqsnV1Jb57yB9JY7znMnlU0hjvGUkq"
    "lTYnvsGKm9LmMuLy6UkOcfn0JFNchkvxF/XB8qyhZVs0I85t8+saH6HaL61E+2GC6OXlGe"
    "KHMix5n4Mj7zMZ8j7JjxJFs59aLHuPVqBnccUw6dBx9aesWPERqswE6SvwEabgM8QP8Rdi"
    "QLSblv65+e0MBSesN5tCv2qsJThhFN/YDH7NSPixlBngOI8Z4DjbDHCcKnHIWVJMoovSqG"
    "hoGZ7sJ+JCZcASZFV+NSo7P4HWksY8O4gl7K/KQqiyEMqKWOGyXNyqdWURXFtj9eLX67mM"
    "XnbYdaPNS0OmM+eGK14y/dHw0BA2pqV1ZJARmjqPaOabU+hgictBGQx+eWI9YIIAhrRVbG"
    "sjixzooNYYhtRkUyRPg6lNpE1bBEVqkXkiXxlyq4kDScuBJ66O7u6Ce7BB2OvoYd5zQGw8"
    "pnBVbDnGL0OJMTH46qvwb7bqpftENlyQ6w1jHvHsbYjhlJWlhx2BPTR2XN4EPKsjanxHQR"
    "bL6DckUr9hShD0sVRuZVCsjnikDIo7kz/ZZUu+n1qmwydKckiB1E9y+sRsP4ZrGYV3QIhT"
    "KT1JUstN96hj3qdBXZvMmKDcYRZjOAPvbxbjvV9EKQ26K2W0hDJKLWoXsk4uCRTcJeB2+D"
    "cslMMSIVEZLFs3DPzps7VP6i3JlEOiJEoOkUzfSyWvAKgxmoNJTdwapIGGWgDQCIWCU76b"
    "eSE8oyQK0CxAV8aUEtDGiRXISZDBkKXzGikSVWRN+nGc7pCWrF0XO1DVVV4OfFVd5SVT74"
    "tmdkdpdrgFwQuoJc+jlgcOgwKraJTkYJ70ra2dqkqKqpJyoItkxRzgN671YHDLbqYPPOxS"
    "z+UGn0d6b/SE96EuNrEXaI5dzyGGjcCnF91mKu3jzknzBCdtldyHhRy2/E7w782eOWzxzL"
    "AKRbYtCSqc7llZcWVZx8cYjRiPCtm3ZbQq1K28RXsIoSXlWCEhVZwozwniyAT4NSX5Han0"
    "rmagPPWXXMPDujGmsl0QNhRgipOqEg8qwjNLwO1yS3WGaBtc3CTUuqtum/e2cQheoInDuC"
    "tCF+nUhehLHmo4NxYQJymiFYe8HbZ3kexjU3YUFZZYcSm3SnpFdSe5ImGJ4m0oCGmcSoGa"
    "CnqB38xuXfRJTdCp2MREDtesuD9kRaOsbOX9gHu3+VO4lVPB5U2yA1Qknz+SyB9m8ItjUg"
    "LJ4N1z7uz0tBpgTyz+taO3pNZt9m+7bVE5QZwNyIV2rX3k+2SLE16oIlrqIPYxq0jFx07n"
    "4mvr6uoMhWdbqA2WZ7uZk+z9Zk5SG84oBVtl1T/Li6Wy6lVWfSmJTGXVv9T8pDK8S7FiH+"
    "x/MdEbU1qulG+cUll5q8bl6lh5Nexa5rQmt/IGF+sbrLzGqtsmK282h7dsf800CkgXc4lB"
    "IHjin2Z3rXwiS7a5NbNIbfYOotlVavdzWU/Ur3v7NodIynplV7CDawkhir1XBRAOuh8gui"
    "fH+QT+dRJ/SuRnd6RYZjXMDguIkOw+A3HP4wFedFX7+/8BmC/qiA=="
)
