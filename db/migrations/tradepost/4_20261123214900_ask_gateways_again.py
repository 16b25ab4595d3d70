"""What is asked of gateways again, and what they tell of their own accord."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(_: BaseDBAsyncClient) -> str:
    return """
        ALTER TABLE payment_operation
            ADD COLUMN asked int NOT NULL DEFAULT 0,
            ADD COLUMN asked_at timestamptz,
            ADD COLUMN alerted_at timestamptz;
        CREATE INDEX payments_that_are_held ON payment (gateway) WHERE status = 'AUTHORIZED';

        ALTER TABLE orders ADD COLUMN left_until timestamptz;

        CREATE TABLE gateway_event (
            id uuid PRIMARY KEY,
            gateway text NOT NULL,
            event_id text NOT NULL,
            body bytea,
            received_at timestamptz NOT NULL,
            applied_at timestamptz,
            asked int NOT NULL DEFAULT 0,
            asked_at timestamptz,
            alerted_at timestamptz,
            CONSTRAINT a_gateway_tells_a_thing_once UNIQUE (gateway, event_id)
        );
        CREATE INDEX gateway_events_not_applied ON gateway_event (received_at)
            WHERE applied_at IS NULL AND alerted_at IS NULL;
        CREATE INDEX gateway_events_by_age ON gateway_event (received_at);
    """


async def downgrade(_: BaseDBAsyncClient) -> str:
    return """
        DROP TABLE gateway_event;
        ALTER TABLE orders DROP COLUMN left_until;
        DROP INDEX payments_that_are_held;
        ALTER TABLE payment_operation
            DROP COLUMN asked, DROP COLUMN asked_at, DROP COLUMN alerted_at;
    """


# What the models were when this was written, for `aerich migrate` to compare with.
MODELS_STATE = (
    "eJztPWtz2ziSfwWlqquZqdK4bCfZJN67q6Jt2dFGlnx6JJNZbdEQCUs8UyCHDzu62fnvhw"
    "ZJiQ9QImlZphT4gwmBaFDqJoB+958Nz8E6sS3XO1J83fBaj4R6jTP0Z4PiOWEN8YAmamDb"
    "TtyGPg9PTA6EYahKlmMnLhunwcT32HQJ69KJqzmG7RkWBYCvMwtpM0ynREdPM+wdAZhuaQ"
    "zOoNPcET41/vCJ6llT4s2Iw8b981+s26A6+U7c6KP9oN4bxNQTv8vQYQLer3oLm/eNRu3L"
    "Kz4Snj5RNcv053Q12l54M4suh/u+oR8BDNybEkoc7BE99iOpb5ohSqKu4BuzDs/xyfKr6q"
    "sOndxj3wRUNf7z3qcaYAjpkyNDd48oefrv8KvFhqlqtzdUB62hqjYymIWvkEJl2KVZFKhi"
    "UA8Q9edfwbwrhPDeBjzg4pPS//nN337hKGCknjr8JkdX4y8OiD0cgHKkr7CMvSyWLxmWPG"
    "NOxJgOIFKY1kOQo6hRBeNRxwrlq5cxQmaErt0ieNi+aQ2Gys0tTD933T9Mjidl2II7p7x3"
    "ker9OaCHxdZVsOaWk6Cv7eEnBB/R771uK0215bjh7w34Ttj3LJVaTyrW4ziJuqMuNjRGVs"
    "2zHPWBYTJL3osZdlrUn3PythkKMNVIlsyJGVLkZmirD4EbF6PBsHfT6p+hqDWm1yOGwzPE"
    "L2PK0Hl1dYb4ZUyV27b6ufXtDIUNNprR7KvCesIGg/g2GLZuGAi/pjc78QvUmOPvqkno1J"
    "uxjyfHa16oL0qfL9qT49RL0g3vnPJbfwmIWm5fjMM8Y3cM9749WKob98I0PtlPJGYWpUPy"
    "3VuH0iVYnZfGVva+1m/DxLYXvaI/3yi//ZLY+jq97nU0PPZKX3R651nUwzcsh/UQQiK8As"
    "Jdf/K/RBMc9vkYj4FUQvn+7BkvgvGAF3azGP/HoNcVYzwGkuavDM1D/0amEfDxh/OyAzLW"
    "oz6N5dS+DhOkUe8Q9rNdT3hU5r/vSSi5y1R45w27DMKD0XJvKYZnEJTvH2JCHHRMsPbwhB"
    "1dzdyxTq28sdlb89N5ugdTPOWIhF8Mv2+lZ1ingyimfiiheOhRgrwZQz77jz00Y/OyV0P/"
    "O3oy2Hvje+juziV/3N0hw0OuZ5gmesKG56J7y0FwtU2sEWRQBk6Q5ejEyaouXugZUvlRC4"
    "Y/X/nhWbahiQVkMaKXAAdxOiTl1bdF5NW3+fLq24y8+go8Z91QvOsD2MYL08KCzSOf6YyB"
    "SKbzGUynpWm+4xBdLa9STYFK3WqtdauMFcgS+NyYtmnephYApMhq0CKrKs3obj6YX/LAmM"
    "JX+PXj6embN+9Pj9/87cO7t+/fv/tw/IGN5V83e+v9GtKft6/b3dSuBh11YnYHM8O2GVJu"
    "GA9nJZm03EGb2F83HK7OV+M3MsIKYzoXyLMQQB8hZW75jCwIOwTNDco4UfaOsM/WPedC3Z"
    "ll/+Qivq9QbdEE7pSzqo7BWNUJdg03ywe/zCMkG1xzNphfSzBp0XjJoVXh0GB1lDs/liCV"
    "TpC6IXx3h0gc7fcOIeq9Y83LoT4BtpUD/IfEvgYHiWOItOGK4+BFjjo8DpVC/uEJJbB9/P"
    "NfKcR5TELXTOwKEJe/PyeAdrdJN8CTQGc81yucfi9mpHwU7dWWZRJM8+2Uj6LdesKgXgr1"
    "EVuyW6Sf93qdBNLP22msjm7OW/2fTzgF2CDDy9kgHonjCg3CuTtzDGJ3x+LJy+7Kpydv37"
    "/98OZvb5eb8bJn3R5cP5HJsht5gpJlFxCPwkEbZaIh6NtpIIocoYtQEkFsG4pLIVyAuTe+"
    "c8dEAkIKYp0GeD6ZJtGzctD2ppWyT81lH8NVLWouSm7yMagt7fKbsb33e7wUM3fpfRJuWm"
    "WsW3GYg0B60sD1poB9602ueetN2rrFTwJXNahm+jrb4vH3kpuIeIIdco2v87pvcUcBY4j6"
    "f+ykLiUdxYEO4jXf+d4ipflq0ryGbc93iGpbppG3NW/2zM/OskMZv9dVbzvKReumFWh9yv"
    "jpx2HPUPzTmN4o3ZHSOUPBNc2RF/K3Py3ib3+a729/mt7hpVDaOByhdIi/9zE/SERyaXS3"
    "uUE0BdWaEw0sYLKDsWAXmxumyTq9mYt+PvmI/gP9Fzr5eMz+fuFOZBgFu+MCsQ8OmYJIBd"
    "Im6wc9HljcppalC012L/EIKbbWXGyVstTO+Z0FQ6cuQPoaeSoFdxDITx66Rc7c/CM3c+IG"
    "+1KZF3sFIf3Iy7/Z+2ReOiC0RxxEQa4yGn5I5v8D4SoVXWeHtpvDVUZ3N3GVODauUEAEY9"
    "Yw8l3i/OQiFz8SxsYFUxABi1gEQDJ8NWf4gHYlQ79jINvEd3336hKh35J/3in/PLcxFei7"
    "8vEdA5F8XXmMmwYlJ2XwvQSQL3hFdJ+WRfepfLkrbieGV24vCcfLV7uKqCIl8t26h1vgPp"
    "SjaspHegpMYl5q+eqr5bNnJU32SwD5XlfIyeEuf0MG5Zuc3GKAO/RLWfbsrWOK5hDASYVQ"
    "4CSkjASuXSRwfXSP15CtqCHWPAb3mhv0jtPlqCL5X8kjcdDMYt+Oh3961gOhQcIUw0U6cQ"
    "xQK0KsFORScZEhcKyuPIvUT9ZCgZavn5Q73sHueElx8JEt2CpkTkJugcx7xNbtA5Xrc64N"
    "iOsGyBdGEIV3N51tbmxcIZta+LrBLgwJDuBcco9Qj5oLNMPujATxPg/E9v6OMJtobrA77I"
    "TigULGlP5qULHtbVsTyzOw5megtNFt1UYXrIQy2FxBSGRmYpk1tiGqsOEI1AAGxU6O234K"
    "MK0GWHiBQ//hIPU8zPe1PKi/KP3zdlfpfxNrYc4F+cHOvw1bipgC5LttsFEVOCjhBJJfrh"
    "0nleSX79lsswrrLg0pF17VhRdhsvrKE88gl17Nlx5Py1tNVk2ASmG1znSWmqcfgswytfxu"
    "zIVcIsXTMD97UXwnoSTe9y2l/8jlCiWRwo3fam7QtgH9C/qvK0jzXc+aEwfxsMQ5mU+gHS"
    "YV9fD9vSjMsRiQ1JHVQu+QryMjc2yUqra1BJCbSvnNnCNPfSSOwR4peL/X+n9kgaUPSAkf"
    "EBu77pPF9max7L/G2ykNKN/88m/+TgM8fnBcS3++XWKbMTueLwjYLZY8ZgW9w6QxysWw/a"
    "VVklFhW+qX9rB1eYbCxpgG85yh4Dqml+2Bct6BIVFrTFt9ZQA9wTXNSBbxdv1QwNv1Q663"
    "64dMTDs7YqtSK4LdIa2iErplqSUqwjsY3d72+sMzFDbG9EIZKp3eNRsUNMb0atS5anc6QU"
    "6g2Ad2p91VuheM3GGD0f/ypt1l5IfLmPa+duFx/FKFzicnBQh9cpKfMOhEJgzaemi31Ow9"
    "+9DZB81efTQfF4zoU8tZNMTaj+Xt5gYNiBYfWEAJMnHYjj+LNBieQ4hI65EzSqo5aq7mcE"
    "1/WoYjjsYfRPDQrjliz/BELNa6FKDervmqA0K3jR1CxcWV8zeSBNAz9pP9Ef5KOGex24ZX"
    "jnGMg+yOczzeE85RMuLPRmd9OLRbx9J9LS/SKbq7iT+zY+MKsGfhcF4BGmEPmQS7HnfJfs"
    "SOgakn4tY2A43pmN7d8czf6txgTZ6Dc9mDv0NP6A2OLAiVgop6QU2ZaBIX/czvYCA9rzxB"
    "4RGGO6bBwF+a4awuwY42Y1MuZwK9stuMSlUzLFAXa5FrOoRmLZA2w3Qq2cwaHRSSzawF3y"
    "PZzJ2iO/41SyA9BbZDzekrbB3SwBAg+rKvXJVOR8+BzhC/jOnt6LzTHnwC08GyOaaAzfYX"
    "6IxaVTTNHwsomj/m6pk/ZvJn+BPTcGeVNKNpWOnbWjfVaJzSc6IbOEtiKD8vJu8SIE1Xg7"
    "Gl/0YvWWcjxk9NfMP0DOoewfNeg6UCBK3fF9NbYIp4MEGmHKTHvs/E90R1T/IpkoSSZNk6"
    "WZbCVJYqG4sqR2CHlFl5x6V9l5JrJfQLa15J9BdHfyDiCxjkwReieVZOzrIV1KF74Ay+tC"
    "6GvT4/gV3Ld9hLl9Q8sbnujdjcT8SYzvi8YYfLsLj6TdJA/eNxYb6tVyRzElKSudZklkaD"
    "xuEYDb4EuvKG2GgQ3W1uMBo8xsYVSJEWJDGzfQ8U7Bhp2PGO0C0v88m1+ozbtBzEqO25y9"
    "CVmWX/5KKo9CpXzcPtWJ1pURq1F3ySVPrXXOkfWpnKGuATUDI/SpqPfvBLGVKC4VKxL+0o"
    "dUe3xb9hKZ1VDEQqrF5GYVVBWyI1Jc/SlPCSMg5hsphagQIi6ErEqJnu5HVosU91B8GiSX"
    "Umk7zC/vMiB0Kg4VKnDp4L8J+7AtJgB/T2b83vMPC/Euws6+KsV0A7jK+OJKO9Da8GYfxB"
    "dT1LeyiJ7xSkRHpxpJugURNoQXM3jRWA3C4EtjPp971dhEqDTCUuQ2rqpab+1TT1A34Q5y"
    "R7jw7p9anel6MKJXp3rCdkEydyp2+iOZs08NkHPXnYjSYL/hHUsBPsEtCVE1OQmmo7Uz5D"
    "6x7OXlIfnIR6NS08fxL8e7tnWniGrRmTC0vsQTEIeXKnT26GeOI8inJU5eIzDiIRmkaodF"
    "o4WFaoZmf3jfVI5iTX1p4cU+gsV+fx4Zuj9WybUP1Xi5qLIzTw53OiI99u8rM2mombwfHy"
    "JAYbORi/+eMEoXzbmFEa0mt+hNeNcarvtljCkP5giJiiYrFDEWyd7bwN5fIfo8EQslDBdU"
    "wveiNIXcUvY9pvDVp9yFEWNqCn01IGvIc3xnTwqX17huA/Hz/sXXzm46GR3oqKhBetYwwi"
    "e8H73PCi95mEZQS7IuG6YMqyJXSNXYsb/dZFK4jrilohIaErbIzppXKjXPP0ckFjTDs9ID"
    "38B9INR/1uMEfQgjn6bMJhu9eFaaL2mPaGn3iuMrhUIfHJcQEanxzn5yo7TlM5lEYYykxP"
    "EGK0SYpZwR2SSXrr4kxp9GYBJX4F+N0T6XuPMLo3Avge4dRy9NIVAeMwMk9SKqmz5ZVL6h"
    "yOrzEnUlsvEQzRY+pzuPnkDLXm6UXJa69HLeD1+IXx7EPl6oox7XAZU+W2rX5ufWNCQNBg"
    "o5Vh66vCesIGg/g2GLZuGAi/1oPpC0hSbkOKw8gNSYRP9hNJqZoWKbA6L43a7k/S1F+JFF"
    "K/XS45sJOn1ua3mhuTAjsFddjnxLTo1EWehTCCakpNKHTEPj3NLMjLhmYW+85cAT31iesF"
    "dcSP0CfeTa08TfYW55X67FqcPjWsP36QZztfDiXRGYeR+BTUoirDJcnKX89J4jYzbJt9IT"
    "hrGU1KhX+JYJ8VB7Y/tHiRgK+JYZoVSSEAlZSoTonlmz1nLIyll9zdxdByn0/l7TRczfKp"
    "xxCnl9LWZQDlvl+h7p1UkUoVRL1JsQ8qCOlJ+cORmXy3DTZdBTInISWZa0fm+igUrxnRn/"
    "DihvHymBubRarF1KDmBiXjNBiuksfCHrM8gRRGISTyLFMHb1aeLeqJIqxplqPn5J3aCBbU"
    "uJhY+uLuDrJU8VoW2GXDkMZ+K2IsnmHCJ3aP/TDTIPoZfJyzKScE4Ynls/EUWTasEdDIeW"
    "G+K8asIMt33DFdEO8IjfhEHlTAuLvD7gPR2QM5C+mimfXEvppHQuAn9nzTstgQdG85Up1Z"
    "H8EhX50ZvmZluNkYiDSqVakX/5hX2WuNmu4xt7CXRHoRpMNOmUX4uUGxs8jRCoUQ6dQFiz"
    "DL+MGIbeehXmeJb4bu83ZX6X8TI/xcoAc6/zZsKRlnN40Yj5V4+hSo5PZqx+0lHDQC/qIC"
    "nZOQskxGrakMvF+WwLmOq8vxMmw0k8EIUFNlucTg5GKp9WIxiVNNnZWElFSuG5Xro+a4xY"
    "s1EcHR3eamkp2xcYUye2DPI3MbfJgQg+U6BPCmR97MsfzpjFfiDEXEI6TMA02BIF323V2U"
    "JfvuTpzw48WeJLUSNddKvGJMxx4JCmX8rKSaZ+fOQXtX4bFCTEe/9T+jdr81UJUwHjfVMa"
    "a3/d5FazBod6/P0Ko9pspo+KnXb//Oyz4u22N6odwOR30eIRy2xvRLr30JPcF1TK+Udgc+"
    "B9f02VEo6uNdkaiPd/lRH+/SUR/RESMmeI6FOgZTZzIXF5QSSH5TAMdvclH8JhNXw094kR"
    "IvP6P0CuaQYid3ndQb257viIT/tcm8Y1AHowLYMeYdwng5XZ2F+C2O/BSgxP+z3nxISG9R"
    "YTb7dTmQBdA7zIP8SsaE7eVBpow1VbEmzt2b782bApOevNU9ee+xYcILXNbJNA0n/R7Liw"
    "8RDucrB5Wy6I+BSgqUpwA7Qwmw56VwnwCSWJf+vlJ1HnVJf98fg8y1s5D0Ih/HxlpTyWpY"
    "s5jNRLUSEIWsJxo2zSBOfGm5aHsuMnRwveQB4kH3T9BH5rblgYIIPZCF2EbyjPkCF1KXYJ"
    "OtJh6RHriSPoEvJ4BO/AVxoJqpabBfi6aWh+4dax6ftonYdM7CZourGfig+pG/6JiufEtd"
    "4nkmcZFrBZ6iPF87cRbIBV9V/hs0TMExled0x1O2GI7W+5uy+R3CVo5mmBBgj13EB4eerY"
    "bXjMDZRhH9LgLFWJHOkGNiNxixtLayMXwAhhzzrsVwA+6s3Ps28IwFx1oKzrH3bF9A7CHS"
    "lFQfS8eaQq7hWi1ZyDUBJc1JP1z+2cgiETNOLG0TS9NEYJkI7BKQqvRq1OWJSuFaxSrxsY"
    "DC/GOuwvyjVJjXRG24f6Y/bshj3F5oTStpAeSAge2PN8d01P3c7X3tnqGwMaaD0cVFq8XN"
    "eMvmNix5W14zUujfJIK8iK08xoSK9qt8L/00pPTWr+yt7/kOVX2nVPqYJJR89aW+SypCoq"
    "7UDgcScBUyJyGlQ3CdqSxjJGSMhFwsMkbiB6dyfSwAV755b5jmmjiJ+IjmBr3/fWrsRo3/"
    "wJoTSAULCm4oZBZGMPzkBsEJTWRQHsVgY0cjZlbDXwFeKqRroSuVsQ07U0bvobbtVrn43O"
    "5el9W1hWBnKGwEVc5uuU4taIzpZavT/tLiDvTLJmiuuxetTidwqw+bNdC2wfb5AE/PEC/f"
    "vy8OI537qjv3ScXDwfJfmWys1RQPCUjJZdeZyjoxjUfiVKJzGlZSus6UZpRyhR7xuUqmGM"
    "Tu1EwnL0TKbaiZ6iOe9oCvb4gF0+Bec4NIyiUDt5g0egO+VZMF0mZEe7B8r4kor07CNgDC"
    "qP+MaP2tzRz4pHnAchqUuIHjFuYcXTD2T0BUE8Hr2kQTDD8zcFn46+7ujHeDTDyHjO4W9W"
    "ZuUE7cAlHYZXfGNPZ08DCD4jFMsAoeBEOhI+bxxeRv8HlroqeZoc1gUPiblu5krMs2sUYg"
    "J+PdnUnuPZX7wAVTgssaFIeJfw2T4EeoYw5+e9D9ZDkPPK0BeyihOiRxlKJ8fSTNfFGeCZ"
    "eTYI0WtZeuIOrs/lRbY+n+ifoVfM9uW93LQMoPGmN621EuQHQPrlAA++a20wrLaIdNsYw/"
    "pq3fbttcGxA2aiD1yxJKsoRSffEZcgRl0BkDkdiUaTF2mxbDdgyNuKpBNdPXGbeIv2dxvT"
    "ZMXTyBjFQvHqnu+hPP8rDAc26dq3UcSjpbV3a2jioalUN+HOpgnG927eYeluoq+drHoCTm"
    "n4f5nN2+APZztnlJgYIUKI14ie/n4bv8+SoP16285oEmNov6NRb6ONCzTPTVvCtWmsWJb5"
    "ieQd0jeN5rKBd3UmCT92fok6+EzIOX4RvlNZKyEOdrYr9G5eT2iBL7ZvJe2dTKUjkJKalc"
    "ZypLf7QfgsyBrbwClROAcinXmcaaNbe5k0SVxZyClZSuNaXB0G5WC2xNw0pK15/SKjtqXZ"
    "H3YTEPjMwkNRZ6GhejwbB30+qfoag1pr3RUO1dqezjxeczFP80pld9ZQSpTOAyprfKt5tW"
    "dwixGrzBYIefYDJ+aRR6f1I1C04LGA5PTvNrFpxmHDFkEsYfYelKl+HGgbkMtx7zA1pjA5"
    "pFnIfLlDSHjJNssLMAZ1xwXYXVDareI6TYNqH6rxY1czJVFoSTTq+72MNk/OprI/gHSqZ4"
    "0W8pgbNq0Mg6tLYu23xAcB1TNlvrDMH/5zm7LtkwNZamLtO1GhUvSpXtW41bFalK96zGRK"
    "ntkp9X96OiVsnPURpJNZFXL9mzHBPLqZfuWY6JvkbiI2NWR52rdqcTfPeIPoLO5MhluLGg"
    "MzkyFoYs7E59gxU1hd1V2OXTkwLs8ulJLrsMt5IL9dFwjYlhGl6ON+Pm5Zqcod6LViD9ME"
    "b06uoM8UsVknwoQJEPuQT5kKZHhdIYzy2JsUcn0IsY3Bh3aDnqc06s5Ax1JoJwCVzDFnyG"
    "+CW5IMZUuW2rn1vfzlDYYKPZFvpVYT1hg0F8Yzv4DQPh10pqgOMiaoDjfDXAcSZPMCdJOY"
    "4uDiN93kX4ZD+RlMqlmQKr89Ko7f4EUksW5/muStF4mUhEJhKRWsQaJ3LjWq2OQUljjdaL"
    "328WUnqZ0dCNOi8FaZbNFVe8MApUBZlA+XmviTDVeYD33NdmMMAIboeJU/jtqfFIKAI0ZL"
    "ViW5s5iJoPs9PFC6aAqi0ItDcoimWvc4Ngc4jGh4omS0sclEQJn8EmYcvRJXzkmIInDdwN"
    "Covy25CULph89VX4N1uNUn0qmi7MDgBz8qB57qkrKj6DbLxw0b3l8C6gWRN5+DsKY5X0v6"
    "MgWQBsCQF8IvhfKhTrwx5JheLO+E922xBXTc01+MRBDsldfmvpiB+xY+DSZYSSUFJOEmT/"
    "U13P0h6ySF0bspqC3GGsarQD72+s6oNfRigNh0thtIIw6hmeWUo7uQSQ6K6Abot/w1KRSj"
    "EQGae0dcXAHz47+4TWklw+JA4i+RDB9r0U8kogNQFzMAGoW0NpKKGWQGgMQqIzjc5I9i+B"
    "zziIRGgeQlfKlAqoTQJLJKeRDIoslWfCEYgia4LMk3CHdGTtOqWFzKHzesiXOXReM8FC2f"
    "j9OMwOi1a8gljyMmJ5aDAocYrGQQ7mTd/a2Slz4chcOAd6SNbMAH7rGI+Ya3ZzbeDRkGYh"
    "M7gdG73REj6EFObUXCCbOK5FsYnAphcvTJa1cReEeYaRtk7mw1IGW/4k+Pd2zwy2ZI5FqT"
    "jyGZYlQI3DPWvLriyzNWFdZzQqpd8WwUpXt+oa7Qm4llQjhQBUUqI6JaglYuDXFF6whNy7"
    "3IGKZNlysEtUfO+Jal1sSLOVBJUpHqSHZx6D2+ea6hzWNry5ial1VsM2V0OyKFmgqcWoG7"
    "guejMHvC+5q6GNF+AnGXgrTni/F5XlSVY+qjqLdEusOZdbJ7mivptcGbfEYDWURGkSSiI1"
    "4/QCv5k9uuybmoKTvompGK55eXvICkZq2arbAfeuxFdUsKvk8Sao8xWL548F8kcR/ME1zY"
    "Hk0O4l63c9LwfYM5N/7WiVNPqt4ajfDTInBK0xvVRulGteWT1o8EQV8VQHiY95SSque73L"
    "r+1O5wxFrS3kBitSVOgkv6rQSaaskBSwZVT9iywsGVUvo+orcWQyqv619icZ4V2JFPug/0"
    "uw3sTzqqXyTUJKLW/dqFwfLa9CHEObNcRa3vBmc4OWF6+GbdLy5lN4y/rXXKWA8DAXKATC"
    "N/55etfaB7Lkq1tzk9Tm14nNz1K7n8d6Kn/du3cFWFI2Kj+DHdxLMVFsXZXAcDj8ALF7cl"
    "yM4V/H8WdYfvZEj4i0hvluATGQ3Ucg7rk/wKuean/9PxlgCnc="
)
